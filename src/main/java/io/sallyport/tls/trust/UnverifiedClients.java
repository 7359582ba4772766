package io.sallyport.tls.trust;

import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.path.TrustAnchors;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Takes every client certificate that can be read: the backend is told of it, and judges. TLS itself proves that the client has
 * its key.
 */
public final class UnverifiedClients extends ClientTrustManager {
    private final List<X509Certificate> told;

    /** @param anchors the authorities whose names clients choose their certificate by */
    public UnverifiedClients(ClientAuthConfig config, TrustAnchors anchors) {
        this.told = ClientTrust.told(config, anchors);
    }

    /** What cannot be read can neither be told to a backend nor logged. */
    @Override
    void check(List<X509Certificate> chain) throws CertificateException {
        try {
            ClientTrust.identity(ClientTrust.parsed(chain).get(0));
        } catch (ClientCertificateException e) {
            throw e.withAlert();
        } catch (RuntimeException | StackOverflowError e) {
            throw ClientCertificateException.malformed(e).withAlert();
        }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return told.toArray(new X509Certificate[0]);
    }
}
