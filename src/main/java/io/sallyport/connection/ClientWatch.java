package io.sallyport.connection;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sallyport.eventloop.SlicedTasks;
import io.sallyport.metrics.CloseReason;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.trust.ClientTrust;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges one connected client again: when its certificate ends, and when what judges clients like it has changed.
 *
 * <p>Where a reload has removed its route, or asks such clients for no certificate any more, it is judged by the trust that
 * let it in: otherwise it would stay connected after the end of its certificate. Confined to the event loop.
 */
final class ClientWatch {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.client-auth");

    private final String connectionId;
    private final String listener;
    private final List<X509Certificate> chain;
    private final Supplier<Optional<ClientTrust>> inService;
    private final EventLoop loop;
    private final SlicedTasks judgements;
    private final Consumer<CloseReason> onRefused;
    private ClientTrust judge;
    private @Nullable Future<?> timer;
    private boolean queued;
    private boolean over;

    /**
     * A watch, not begun.
     *
     * @param judge what let the client in
     * @param inService what would judge the client now; empty: its route is gone, or wants no certificate
     * @param judgements of all clients of the loop: a certificate of an authority ends for all of them at once
     * @param onRefused called on the loop when it would not be let in any more
     */
    ClientWatch(
            String connectionId,
            String listener,
            List<X509Certificate> chain,
            ClientTrust judge,
            Supplier<Optional<ClientTrust>> inService,
            EventLoop loop,
            SlicedTasks judgements,
            Consumer<CloseReason> onRefused) {
        this.connectionId = connectionId;
        this.listener = listener;
        this.chain = chain;
        this.judge = judge;
        this.inService = inService;
        this.loop = loop;
        this.judgements = judgements;
        this.onRefused = onRefused;
    }

    /** Waits for the end of the first certificate that the client sent. */
    void begin() {
        awaitEndOf(chain);
        // The handshake may have begun before a reload and ended after it.
        onReload();
    }

    /** Judges again if what is in service now may judge otherwise. */
    void onReload() {
        ClientTrust now = inService.get().orElse(judge);
        if (!now.judgesLike(judge)) {
            queue();
            return;
        }
        // Or the older one would stay in memory with all its revocation lists.
        judge = now;
    }

    void cancel() {
        over = true;
        stopTimer();
    }

    private void queue() {
        if (!queued && !over) {
            queued = true;
            judgements.add(this::judge);
        }
    }

    private void judge() {
        queued = false;
        if (over) {
            return;
        }
        judge = inService.get().orElse(judge);
        try {
            awaitEndOf(judge.judge(chain).path());
        } catch (ClientCertificateException e) {
            LOG.atWarn()
                    .addKeyValue("connection", connectionId)
                    .addKeyValue("listener", listener)
                    .addKeyValue("failure", e.failure().name())
                    .log("a connected client is closed: {}", e.getMessage());
            onRefused.accept(
                    switch (e.failure()) {
                        case EXPIRED -> CloseReason.CLIENT_CERTIFICATE_EXPIRED;
                        case REVOKED -> CloseReason.CLIENT_CERTIFICATE_REVOKED;
                        default -> CloseReason.CLIENT_CERTIFICATE_REFUSED;
                    });
        }
    }

    /** Skips certificates that have ended: they have been judged, and a timer for one would fire again and again. */
    private void awaitEndOf(List<X509Certificate> certificates) {
        stopTimer();
        Instant now = Instant.now();
        Instant end = certificates.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .filter(now::isBefore)
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
        if (end.equals(Instant.MAX)) {
            return;
        }
        // A certificate is good in its last second (RFC 5280 section 4.1.2.5).
        long millis = Duration.between(now, end).toMillis() + 1001;
        timer = loop.schedule(this::queue, millis, TimeUnit.MILLISECONDS);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
