package io.sallyport.testing;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The JDK's TLS as a server, around the sockets of a {@link FakeBackend}. */
public final class ServerTls {
    private final SSLContext context;
    private final boolean wantsClients;
    private final String[] protocols;
    private final String[] alpn;

    /** What is done with one connection. */
    @FunctionalInterface
    public interface Script {
        /**
         * Speaks to one client.
         *
         * @param raw the TCP connection underneath
         */
        void run(SSLSocket tls, Socket raw) throws IOException, InterruptedException;
    }

    private ServerTls(SSLContext context, boolean wantsClients, String[] protocols, String[] alpn) {
        this.context = context;
        this.wantsClients = wantsClients;
        this.protocols = protocols;
        this.alpn = alpn;
    }

    public static ServerTls of(IssuedCertificate certificate) {
        return new ServerTls(context(certificate, null), false, new String[0], new String[0]);
    }

    /** Lets in only clients with a certificate of this authority. */
    public static ServerTls requiring(CertificateAuthority clients, IssuedCertificate certificate) {
        return new ServerTls(context(certificate, clients), true, new String[0], new String[0]);
    }

    /** Speaks only these versions. */
    public ServerTls versions(String... versions) {
        return new ServerTls(context, wantsClients, versions, alpn);
    }

    /** Takes only these application protocols. */
    public ServerTls alpn(String... names) {
        return new ServerTls(context, wantsClients, protocols, names);
    }

    /** The same script with TLS around its socket; a handshake that fails ends it. */
    public FakeBackend.Script around(Script script) {
        return raw -> {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(raw, null, raw.getPort(), true);
            tls.setUseClientMode(false);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setNeedClientAuth(wantsClients);
            if (protocols.length > 0) {
                parameters.setProtocols(protocols);
            }
            if (alpn.length > 0) {
                parameters.setApplicationProtocols(alpn);
            }
            tls.setSSLParameters(parameters);
            try (tls) {
                tls.startHandshake();
                script.run(tls, raw);
            } catch (javax.net.ssl.SSLException e) {
                // The test sees the other end.
            }
        };
    }

    /** Sends back what it gets, and ends when the peer ends. */
    public FakeBackend echo() {
        return FakeBackend.running(around((tls, raw) -> tls.getInputStream().transferTo(tls.getOutputStream())));
    }

    private static SSLContext context(IssuedCertificate certificate, @Nullable CertificateAuthority clients) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "server",
                    certificate.key(),
                    new char[0],
                    certificate.chain().toArray(new Certificate[0]));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            if (clients != null) {
                X509Certificate anchor = clients.certificate();
                trusted.setCertificateEntry("clients", anchor);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            if (clients != null) {
                trust.init(trusted);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), clients == null ? null : trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
