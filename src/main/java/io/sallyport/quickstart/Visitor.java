package io.sallyport.quickstart;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A client of the quickstart's own, so that its live page has something to show: a request each second while somebody looks at
 * the page, and now and then one by a client that does not trust the certificate. The JDK's TLS, which is another than ours.
 */
public final class Visitor implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final int VISITS_FOR_EACH_REFUSAL = 15;
    private static final byte[] REQUEST =
            "GET /visitor HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("visitor", true));
    private final InetSocketAddress address;
    private final BooleanSupplier isWatched;
    private final SSLContext trusting;
    private final SSLContext suspicious;
    private int visits;

    private Visitor(InetSocketAddress address, String certificate, BooleanSupplier isWatched)
            throws GeneralSecurityException, IOException {
        this.address = address;
        this.isWatched = isWatched;
        this.trusting = trusting(certificate);
        this.suspicious = SSLContext.getDefault();
    }

    /**
     * Starts one.
     *
     * @param certificate what it trusts, PEM
     * @param isWatched whether somebody looks
     */
    public static Visitor start(InetSocketAddress address, String certificate, BooleanSupplier isWatched) {
        try {
            Visitor visitor = new Visitor(address, certificate, isWatched);
            visitor.thread.scheduleWithFixedDelay(visitor::visitIfWatched, 0, 1, TimeUnit.SECONDS);
            return visitor;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext trusting(String certificate) throws GeneralSecurityException, IOException {
        KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        anchors.setCertificateEntry(
                "quickstart",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(anchors);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private void visitIfWatched() {
        if (isWatched.getAsBoolean()) {
            visit(visits++ % VISITS_FOR_EACH_REFUSAL == 0 ? suspicious : trusting);
        }
    }

    private void visit(SSLContext as) {
        try (Socket plain = new Socket()) {
            plain.connect(address, TIMEOUT_MILLIS);
            plain.setSoTimeout(TIMEOUT_MILLIS);
            try (SSLSocket socket =
                    (SSLSocket) as.getSocketFactory().createSocket(plain, "localhost", address.getPort(), true)) {
                socket.getOutputStream().write(REQUEST);
                socket.getInputStream().readAllBytes();
            }
        } catch (IOException e) {
            // The live page tells how a visit ended.
        }
    }

    /** Comes no more; a visit that is under way ends by itself. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
