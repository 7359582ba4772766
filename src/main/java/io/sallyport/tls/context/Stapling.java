package io.sallyport.tls.context;

import io.netty.handler.ssl.OpenSslCredential;
import io.netty.internal.tcnative.SSLCredential;
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
            long address = CredentialAddress.find(credential)
                    .orElseThrow(() -> new SSLException("this Netty does not show where the credential is"));
            SSLCredential.setOcspResponse(address, response);
        } catch (SSLException e) {
            throw e;
        } catch (Exception e) {
            throw new SSLException("the OCSP response cannot be stapled: " + e, e);
        }
    }
}
