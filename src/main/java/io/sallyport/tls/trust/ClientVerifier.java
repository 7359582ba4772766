package io.sallyport.tls.trust;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import io.netty.internal.tcnative.SSL;
import io.sallyport.tls.path.AuthorityNames;
import java.net.Socket;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What BoringSSL asks about clients: a {@link ClientTrustManager} judges, and what BoringSSL itself cannot carry is kept from it.
 *
 * <p>A ticket holds the client's whole chain. In TLS 1.3 BoringSSL writes two tickets and the first record of data at once,
 * into a buffer of 64 KiB; beyond that the connection dies. Such a client gets none, and its next handshake is a full one.
 */
public final class ClientVerifier extends X509ExtendedTrustManager implements ResumableX509ExtendedTrustManager {
    /** Bytes of a chain: twice this, a record of 16 KiB and some hundred bytes for framing are below 64 KiB. */
    private static final int LARGEST_IN_A_TICKET = 23 << 10;

    /** Netty shows no more certificates than these, so that the size of a longer chain is unknown. */
    private static final int SHOWN = 10;

    private final ClientTrustManager trust;

    public ClientVerifier(ClientTrustManager trust) {
        this.trust = trust;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        trust.checkClientTrusted(chain, authType, engine);
        boundTickets(chain, engine);
    }

    @Override
    public void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        trust.resumeClientTrusted(chain, engine);
        boundTickets(chain, engine);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        X509Certificate[] issuers = trust.getAcceptedIssuers();
        return AuthorityNames.fit(List.of(issuers)) ? issuers : new X509Certificate[0];
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        trust.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        trust.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        trust.checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        trust.checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        trust.checkServerTrusted(chain, authType);
    }

    @Override
    public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        trust.resumeServerTrusted(chain, engine);
    }

    /** In TLS 1.2 the ticket is promised before the certificate is known, and is written alone. */
    private static void boundTickets(X509Certificate[] chain, @Nullable SSLEngine engine)
            throws CertificateEncodingException {
        if (!(engine instanceof ReferenceCountedOpenSslEngine openSsl)) {
            return;
        }
        int size = 0;
        for (X509Certificate certificate : chain) {
            size += certificate.getEncoded().length;
        }
        if (size > LARGEST_IN_A_TICKET || chain.length >= SHOWN) {
            SSL.setOptions(openSsl.sslPointer(), SSL.SSL_OP_NO_TICKET);
        }
    }
}
