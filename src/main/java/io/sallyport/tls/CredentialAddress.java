package io.sallyport.tls;

import io.netty.handler.ssl.OpenSslCredential;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import javax.net.ssl.SSLException;

/** Where BoringSSL has a credential, which Netty keeps to itself. */
final class CredentialAddress {
    private CredentialAddress() {}

    /** @throws SSLException where this Netty does not show it */
    static long of(OpenSslCredential credential) throws SSLException {
        try {
            MethodHandle address = MethodHandles.privateLookupIn(credential.getClass(), MethodHandles.lookup())
                    .findVirtual(credential.getClass(), "credentialAddress", MethodType.methodType(long.class));
            return (long) address.invoke(credential);
        } catch (Throwable e) {
            throw new SSLException("this Netty does not show a credential's address: " + e, e);
        }
    }
}
