package io.sallyport.tls.trust;

import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The trust of a TLS server: no server can pass where one is taken for it by mistake. */
public abstract class ClientTrustManager extends X509ExtendedTrustManager implements ResumableX509ExtendedTrustManager {

    /**
     * What becomes of a client with this chain, its own certificate first, on every handshake, resumed ones too.
     *
     * @throws CertificateException by which BoringSSL sends the right alert
     */
    abstract void check(List<X509Certificate> chain) throws CertificateException;

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        check(List.of(chain));
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        check(List.of(chain));
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(List.of(chain));
    }

    /** A session outlives the certificate, the revocation list and the rules that it was made under. */
    @Override
    public final void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        check(List.of(chain));
    }

    @Override
    public final void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        throw notForUs();
    }

    @Override
    public final void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        throw notForUs();
    }

    @Override
    public final void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        throw notForUs();
    }

    @Override
    public final void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw notForUs();
    }

    private static CertificateException notForUs() {
        return new CertificateException("judges client certificates only");
    }
}
