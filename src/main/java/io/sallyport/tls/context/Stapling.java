package io.sallyport.tls.context;

import io.netty.handler.ssl.OpenSslCredential;
import io.netty.internal.tcnative.SSLCredential;
import io.sallyport.tls.netty.NettyInternals;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;

/** Hangs an OCSP response on a BoringSSL credential, so that it is served with the certificate that it is about. */
final class Stapling {
    private Stapling() {}

    /**
     * Before the credential is part of a context.
     *
     * @throws SSLException where this Netty does not show the credential's address, or BoringSSL refuses
     */
    static void staple(OpenSslCredential credential, ByteBuffer response) throws SSLException {
        try {
            long address = NettyInternals.credential(credential)
                    .orElseThrow(() -> new SSLException("this Netty does not show where the credential is"));
            byte[] der = new byte[response.remaining()];
            response.duplicate().get(der);
            SSLCredential.setOcspResponse(address, der);
        } catch (SSLException e) {
            throw e;
        } catch (Exception e) {
            throw new SSLException("the OCSP response cannot be stapled: " + e, e);
        }
    }
}
