package io.sallyport.tls.context;

import io.netty.handler.ssl.OpenSslCredential;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where BoringSSL has a credential, which Netty keeps to itself. Without it a PROXY header cannot say which of several
 * certificates a client was shown, and no OCSP response can be stapled; all else works.
 */
final class CredentialAddress {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");

    /** Looked up once, so that the warning comes once. */
    private static final @Nullable MethodHandle ADDRESS =
            lookup("io.netty.handler.ssl.DefaultOpenSslCredential", "credentialAddress");

    private CredentialAddress() {}

    /** Empty where this Netty does not show it. */
    static OptionalLong find(OpenSslCredential credential) {
        return find(ADDRESS, credential);
    }

    static OptionalLong find(@Nullable MethodHandle address, OpenSslCredential credential) {
        if (address == null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of((long) address.invoke(credential));
        } catch (Throwable e) {
            LOG.debug("the address of a credential is not to be had", e);
            return OptionalLong.empty();
        }
    }

    /** Null, and a warning, where this Netty has no such method. */
    static @Nullable MethodHandle lookup(String className, String method) {
        try {
            Class<?> type = Class.forName(className, true, OpenSslCredential.class.getClassLoader());
            return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                    .findVirtual(type, method, MethodType.methodType(long.class));
        } catch (ReflectiveOperationException e) {
            LOG.warn(
                    "this Netty does not show where a credential is: no OCSP response can be stapled, and PROXY headers do"
                            + " not say which of several certificates a client was shown ({})",
                    e.toString());
            return null;
        }
    }
}
