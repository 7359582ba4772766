package io.sallyport.tls;

import io.netty.handler.ssl.OpenSslCredential;
import io.netty.internal.tcnative.SSLCredential;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import javax.net.ssl.SSLException;

/** Hangs an OCSP response on a BoringSSL credential, so that it is served with the certificate that it is about. */
final class Stapling {
    private Stapling() {}

    /**
     * Before the credential is part of a context.
     *
     * @throws SSLException where this Netty does not show the credential's address, or BoringSSL refuses
     */
    static void staple(OpenSslCredential credential, byte[] response) throws SSLException {
        try {
            MethodHandle address = MethodHandles.privateLookupIn(credential.getClass(), MethodHandles.lookup())
                    .findVirtual(credential.getClass(), "credentialAddress", MethodType.methodType(long.class));
            SSLCredential.setOcspResponse((long) address.invoke(credential), response);
        } catch (Throwable e) {
            throw new SSLException("the OCSP response cannot be stapled: " + e, e);
        }
    }
}
