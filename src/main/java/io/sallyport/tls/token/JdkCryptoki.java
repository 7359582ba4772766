package io.sallyport.tls.token;

import java.lang.reflect.Array;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PKCS#11 module through the JDK's own binding, which its provider SunPKCS11 stands on.
 *
 * <p>The provider itself finds no token by its label, no key without a certificate beside it in the token, and no token again
 * that a module has lost over a network. The binding is not exported, hence {@code Add-Opens} in the jar's manifest, and names
 * instead of types: they are the same from JDK 17 to 25.
 */
final class JdkCryptoki implements Cryptoki {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");
    private static final String PACKAGE = "sun.security.pkcs11.wrapper.";
    private static final long OS_LOCKING_OK = 2;
    private static final long ALREADY_INITIALIZED = 0x191;
    private static final long SERIAL_SESSION = 4;
    private static final long USER = 1;
    private static final long ATTRIBUTE_CLASS = 0;
    private static final long ATTRIBUTE_LABEL = 3;
    private static final long ATTRIBUTE_KEY_TYPE = 0x100;
    private static final long PRIVATE_KEY = 3;

    /** Of CKR_, what a person can do something about. */
    private static final Map<Long, String> WORDS = Map.ofEntries(
            Map.entry(0x30L, "the device does not work (CKR_DEVICE_ERROR)"),
            Map.entry(0x32L, "the device was removed (CKR_DEVICE_REMOVED)"),
            Map.entry(0x70L, "the token does not sign so (CKR_MECHANISM_INVALID)"),
            Map.entry(0xA0L, "the PIN is wrong (CKR_PIN_INCORRECT)"),
            Map.entry(0xA1L, "the PIN cannot be one (CKR_PIN_INVALID)"),
            Map.entry(0xA2L, "the PIN is too short or too long (CKR_PIN_LEN_RANGE)"),
            Map.entry(0xA3L, "the PIN has expired (CKR_PIN_EXPIRED)"),
            Map.entry(0xA4L, "the PIN is locked (CKR_PIN_LOCKED)"),
            Map.entry(0xE0L, "the token is not there (CKR_TOKEN_NOT_PRESENT)"),
            Map.entry(0x102L, "the token has no user PIN yet (CKR_USER_PIN_NOT_INITIALIZED)"));

    private final Object module;

    /** Nobody may be in a call while the module ends (C_Finalize): what comes of that is undefined. */
    private final ReadWriteLock calls = new ReentrantReadWriteLock();

    private JdkCryptoki(Object module) {
        this.module = module;
    }

    /** The module in this file; for one process there is one of each. */
    static Cryptoki load(Path file) throws TokenException {
        try {
            Object module = type("PKCS11")
                    .getMethod("getInstance", String.class, String.class, type("CK_C_INITIALIZE_ARGS"), boolean.class)
                    .invoke(null, file.toAbsolutePath().toString(), "C_GetFunctionList", arguments(), false);
            return new JdkCryptoki(Objects.requireNonNull(module));
        } catch (InvocationTargetException e) {
            throw told(e, "cannot be loaded");
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new TokenException("this JVM does not show its PKCS#11 binding: " + e
                    + " (expected: the module jdk.crypto.cryptoki, and"
                    + " --add-opens=jdk.crypto.cryptoki/sun.security.pkcs11.wrapper=ALL-UNNAMED, which java -jar"
                    + " takes from the jar)");
        }
    }

    private static Object arguments() throws ReflectiveOperationException {
        Class<?> type = type("CK_C_INITIALIZE_ARGS");
        Object arguments = type.getConstructor().newInstance();
        // Without it the module may take it that it is called by one thread alone.
        type.getField("flags").setLong(arguments, OS_LOCKING_OK);
        return arguments;
    }

    @Override
    public void restart() throws TokenException {
        // A call that hangs would have all others wait behind it.
        if (!calls.writeLock().tryLock()) {
            return;
        }
        try {
            if (isThere()) {
                return; // For another token of it somebody was faster.
            }
            try {
                run("C_Finalize", new Class<?>[] {Object.class}, (Object) null);
            } catch (TokenException e) {
                LOG.debug("the module was not initialized", e); // The last start of it failed.
            }
            Method initialize = type("PKCS11").getDeclaredMethod("C_Initialize", Object.class);
            initialize.setAccessible(true);
            initialize.invoke(module, arguments());
        } catch (InvocationTargetException e) {
            TokenException failure = told(e, "C_Initialize");
            if (failure.code() != ALREADY_INITIALIZED) {
                throw failure;
            }
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            throw new TokenException("this JVM does not show how its PKCS#11 binding starts a module: " + e);
        } finally {
            calls.writeLock().unlock();
        }
    }

    private boolean isThere() {
        try {
            return !tokens().isEmpty();
        } catch (TokenException e) {
            return false;
        }
    }

    @Override
    public List<TokenInfo> tokens() throws TokenException {
        List<TokenInfo> tokens = new ArrayList<>();
        @Nullable TokenException failure = null;
        for (long slot : (long[]) call("C_GetSlotList", new Class<?>[] {boolean.class}, true)) {
            try {
                tokens.add(token(slot));
            } catch (TokenException e) {
                failure = e; // One that cannot be read keeps nobody from the others.
            }
        }
        if (tokens.isEmpty() && failure != null) {
            throw failure;
        }
        return tokens;
    }

    private TokenInfo token(long slot) throws TokenException {
        Object info = call("C_GetTokenInfo", new Class<?>[] {long.class}, slot);
        try {
            String label = new String((char[]) info.getClass().getField("label").get(info));
            return new TokenInfo(
                    slot, label.strip(), info.getClass().getField("flags").getLong(info));
        } catch (ReflectiveOperationException e) {
            throw new TokenException("another binding: " + e);
        }
    }

    @Override
    public long openSession(long slot) throws TokenException {
        try {
            return (long) call(
                    "C_OpenSession",
                    new Class<?>[] {long.class, long.class, Object.class, type("CK_NOTIFY")},
                    slot,
                    SERIAL_SESSION,
                    null,
                    null);
        } catch (ClassNotFoundException e) {
            throw new TokenException("another binding: " + e);
        }
    }

    @Override
    public void closeSession(long session) throws TokenException {
        run("C_CloseSession", new Class<?>[] {long.class}, session);
    }

    @Override
    public void login(long session, char[] pin) throws TokenException {
        run("C_Login", new Class<?>[] {long.class, long.class, char[].class}, session, USER, pin);
    }

    @Override
    public long[] privateKeys(long session, String label, long type) throws TokenException {
        try {
            Object template = Array.newInstance(type("CK_ATTRIBUTE"), 3);
            Array.set(template, 0, attribute(long.class, ATTRIBUTE_CLASS, PRIVATE_KEY));
            Array.set(template, 1, attribute(long.class, ATTRIBUTE_KEY_TYPE, type));
            Array.set(template, 2, attribute(Object.class, ATTRIBUTE_LABEL, label.toCharArray()));
            run("C_FindObjectsInit", new Class<?>[] {long.class, template.getClass()}, session, template);
            try {
                return (long[]) call("C_FindObjects", new Class<?>[] {long.class, long.class}, session, 2L);
            } finally {
                run("C_FindObjectsFinal", new Class<?>[] {long.class}, session);
            }
        } catch (ReflectiveOperationException e) {
            throw new TokenException("another binding: " + e);
        }
    }

    @Override
    public byte[] sign(long session, long key, Mechanism mechanism, byte[] data) throws TokenException {
        try {
            Class<?> type = type("CK_MECHANISM");
            Object parameter = type.getConstructor(long.class).newInstance(mechanism.code());
            if (!mechanism.pssHash().isEmpty()) {
                Class<?> pss = type("CK_RSA_PKCS_PSS_PARAMS");
                type.getMethod("setParameter", pss)
                        .invoke(
                                parameter,
                                pss.getConstructor(String.class, String.class, String.class, int.class)
                                        .newInstance(
                                                mechanism.pssHash(),
                                                "MGF1",
                                                mechanism.pssHash(),
                                                mechanism.saltBytes()));
            }
            run("C_SignInit", new Class<?>[] {long.class, type, long.class}, session, parameter, key);
            return (byte[]) call("C_Sign", new Class<?>[] {long.class, byte[].class}, session, data);
        } catch (ReflectiveOperationException e) {
            throw new TokenException("another binding: " + e);
        }
    }

    private static Object attribute(Class<?> valueType, long type, Object value) throws ReflectiveOperationException {
        return type("CK_ATTRIBUTE").getConstructor(long.class, valueType).newInstance(type, value);
    }

    private Object call(String name, Class<?>[] types, @Nullable Object... arguments) throws TokenException {
        return Objects.requireNonNull(invoke(name, types, arguments), name);
    }

    private void run(String name, Class<?>[] types, @Nullable Object... arguments) throws TokenException {
        invoke(name, types, arguments);
    }

    private @Nullable Object invoke(String name, Class<?>[] types, @Nullable Object... arguments)
            throws TokenException {
        calls.readLock().lock();
        try {
            return module.getClass().getMethod(name, types).invoke(module, arguments);
        } catch (InvocationTargetException e) {
            throw told(e, name);
        } catch (ReflectiveOperationException e) {
            throw new TokenException("another binding: " + e);
        } finally {
            calls.readLock().unlock();
        }
    }

    private static TokenException told(InvocationTargetException e, String what) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        try {
            if (type("PKCS11Exception").isInstance(cause)) {
                long code = (long) cause.getClass().getMethod("getErrorCode").invoke(cause);
                return new TokenException(code, WORDS.getOrDefault(code, what + ": CKR_ 0x" + Long.toHexString(code)));
            }
        } catch (ReflectiveOperationException other) {
            cause.addSuppressed(other);
        }
        return new TokenException(what + ": " + cause.getMessage());
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(PACKAGE + name);
    }
}
