package io.sallyport.tls.token;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A PKCS#11 module with one token "T", which can be taken out, and hang. */
final class FakeModule implements Cryptoki {
    private static final long NOT_LOGGED_IN = 0x101;
    private static final long REMOVED = 0x32;
    private static final long DEVICE_ERROR = 0x30;
    private static final long WRONG_PIN = 0xA0;

    final Queue<String> triedPins = new ConcurrentLinkedQueue<>();
    final Map<String, PrivateKey> keys = new ConcurrentHashMap<>();
    volatile String pin = "1234";
    volatile long flags;
    volatile boolean isThere = true;
    private volatile boolean disconnected;
    volatile boolean canPss = true;
    volatile CountDownLatch hang = new CountDownLatch(0);
    private volatile boolean loggedIn;
    private final AtomicInteger insertion = new AtomicInteger();

    /** What was logged in is not any more. */
    void takeOut() {
        isThere = false;
        loggedIn = false;
        insertion.incrementAndGet();
    }

    /** As the client of a token over a network whose connection has broken. */
    void disconnect() {
        disconnected = true;
        loggedIn = false;
        insertion.incrementAndGet();
    }

    @Override
    public void restart() {
        disconnected = false;
        insertion.incrementAndGet();
    }

    @Override
    public List<TokenInfo> tokens() throws TokenException {
        if (disconnected) {
            throw new TokenException(DEVICE_ERROR, "the device does not work");
        }
        return isThere ? List.of(new TokenInfo(3, "other", 0), new TokenInfo(7, "T", flags)) : List.of();
    }

    @Override
    public long openSession(long slot) throws TokenException {
        if (!isThere || slot != 7) {
            throw new TokenException(REMOVED, "removed");
        }
        return insertion.get();
    }

    @Override
    public void closeSession(long session) {}

    @Override
    public void login(long session, char[] given) throws TokenException {
        triedPins.add(new String(given));
        if (!pin.equals(new String(given))) {
            throw new TokenException(WRONG_PIN, "the PIN is wrong");
        }
        loggedIn = true;
    }

    @Override
    public long[] privateKeys(long session, String label, long type) {
        return keys.containsKey(label) ? new long[] {label.hashCode()} : new long[0];
    }

    @Override
    public byte[] sign(long session, long key, Mechanism mechanism, byte[] data) throws TokenException {
        try {
            hang.await();
            if (!isThere || session != insertion.get()) {
                throw new TokenException(REMOVED, "removed");
            }
            if (!loggedIn) {
                throw new TokenException(NOT_LOGGED_IN, "not logged in");
            }
            if (!canPss && !mechanism.pssHash().isEmpty()) {
                throw new TokenException(0x70, "the token does not sign so");
            }
            PrivateKey found = keys.entrySet().stream()
                    .filter(each -> each.getKey().hashCode() == key)
                    .findFirst()
                    .orElseThrow()
                    .getValue();
            return sign(found, mechanism, data);
        } catch (InterruptedException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a token does, which gets the hash. */
    private static byte[] sign(PrivateKey key, Mechanism mechanism, byte[] data) throws GeneralSecurityException {
        Signature signature;
        if (key instanceof ECKey) {
            signature = Signature.getInstance("NONEwithECDSAinP1363Format");
        } else if (mechanism.pssHash().isEmpty()) {
            signature = Signature.getInstance("NONEwithRSA", new org.bouncycastle.jce.provider.BouncyCastleProvider());
        } else {
            signature =
                    Signature.getInstance("RAWRSASSA-PSS", new org.bouncycastle.jce.provider.BouncyCastleProvider());
            signature.setParameter(
                    new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, mechanism.saltBytes(), 1));
        }
        signature.initSign(key);
        signature.update(data);
        return signature.sign();
    }
}
