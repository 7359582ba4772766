package io.sallyport.tls.netty;

import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Native addresses that Netty keeps private: the one place where its private members are reached by name. Each is looked up
 * once; with another Netty that has it no more its reader answers empty, and {@link #missing} says what does not work then.
 */
public final class NettyInternals {
    /**
     * Netty hid the address on purpose when credentials came (https://github.com/netty/netty/pull/15919), and has no other way
     * to set a credential's OCSP response, or to tell by which credential a session was made.
     */
    private static final @Nullable MethodHandle CREDENTIAL =
            method("io.netty.handler.ssl.DefaultOpenSslCredential", "credentialAddress");

    /**
     * netty-tcnative has key logs (https://github.com/netty/netty-tcnative/pull/861), Netty does not pass them on. The public
     * {@code sslCtxPointer} is BoringSSL's address, and tcnative takes its own.
     */
    private static final @Nullable MethodHandle CONTEXT = field(ReferenceCountedOpenSslContext.class, "ctx");

    /**
     * Netty's engine answers a close_notify by closing both directions (https://github.com/netty/netty/pull/6189), which TLS
     * 1.3 no longer asks for. Without the buffer between the engine and the socket no other can take its place.
     */
    private static final @Nullable MethodHandle NETWORK_BUFFER =
            field(ReferenceCountedOpenSslEngine.class, "networkBIO");

    private NettyInternals() {}

    /** BoringSSL's {@code SSL_CREDENTIAL}. */
    public static OptionalLong credential(OpenSslCredential credential) {
        return read(CREDENTIAL, credential);
    }

    /** tcnative's own context. */
    public static OptionalLong context(ReferenceCountedOpenSslContext context) {
        return read(CONTEXT, context);
    }

    /** The BIO that an engine reads records from and writes them to; of an engine that is not released. */
    public static OptionalLong networkBuffer(ReferenceCountedOpenSslEngine engine) {
        return read(NETWORK_BUFFER, engine);
    }

    /** What this Netty lacks; all that does not need it works. */
    public static Set<Member> missing() {
        Set<Member> missing = EnumSet.noneOf(Member.class);
        if (CREDENTIAL == null) {
            missing.add(Member.CREDENTIAL_ADDRESS);
        }
        if (CONTEXT == null) {
            missing.add(Member.CONTEXT_ADDRESS);
        }
        if (NETWORK_BUFFER == null) {
            missing.add(Member.ENGINE_NETWORK_BUFFER);
        }
        return missing;
    }

    /** One of Netty's. */
    public enum Member {
        CREDENTIAL_ADDRESS(
                "no OCSP response can be stapled, and PROXY headers do not say which of several certificates a"
                        + " client was shown"),
        CONTEXT_ADDRESS("SSLKEYLOGFILE cannot be served"),
        ENGINE_NETWORK_BUFFER(
                "tls.record-path = direct is as ssl-handler: a client's close_notify ends both directions");

        private final String consequence;

        Member(String consequence) {
            this.consequence = consequence;
        }

        /** What does not work without it. */
        public String consequence() {
            return consequence;
        }
    }

    private static OptionalLong read(@Nullable MethodHandle member, Object of) {
        if (member == null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of((long) member.invoke(of));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Null where this Netty has no such method without parameters, or not of type long. */
    static @Nullable MethodHandle method(String className, String name) {
        try {
            Class<?> type = Class.forName(className, true, OpenSslCredential.class.getClassLoader());
            return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                    .findVirtual(type, name, MethodType.methodType(long.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /** Null where this Netty has no such field, or not of type long. */
    static @Nullable MethodHandle field(Class<?> type, String name) {
        try {
            return MethodHandles.privateLookupIn(type, MethodHandles.lookup()).findGetter(type, name, long.class);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
