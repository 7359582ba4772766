package io.sallyport.connection;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sallyport.connection.RouteTable.Choice;
import io.sallyport.handshake.ClientHello;
import io.sallyport.observe.CloseReason;
import io.sallyport.tls.ClientCertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Judges one connected client again: when its certificate ends, and whenever it is asked to. */
final class ClientWatch {
    private final String connectionId;
    private final List<X509Certificate> chain;
    private final ClientHello hello;
    private final Supplier<ListenerSettings> current;
    private final EventLoop loop;
    private final Consumer<CloseReason> onRefused;
    private @Nullable Future<?> timer;

    /**
     * A watch, not begun.
     *
     * @param current what is in service when the client is judged
     * @param onRefused called on the loop when it would not be let in any more
     */
    ClientWatch(
            String connectionId,
            List<X509Certificate> chain,
            ClientHello hello,
            Supplier<ListenerSettings> current,
            EventLoop loop,
            Consumer<CloseReason> onRefused) {
        this.connectionId = connectionId;
        this.chain = chain;
        this.hello = hello;
        this.current = current;
        this.loop = loop;
        this.onRefused = onRefused;
    }

    /** Waits for the end of the certificate, or of the first in its chain. */
    void begin() {
        cancel();
        Instant end = chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
        // A certificate is good in its last second (RFC 5280 section 4.1.2.5).
        long millis = Math.max(0, Duration.between(Instant.now(), end).toMillis()) + 1001;
        timer = loop.schedule(this::judge, millis, TimeUnit.MILLISECONDS);
    }

    void judge() {
        ListenerSettings settings = current.get();
        if (!(settings.routes().choose(hello) instanceof Choice.Terminate choice)) {
            return;
        }
        try {
            choice.context().judge(chain);
            begin();
        } catch (ClientCertificateException e) {
            Refusals.log(connectionId, settings.name(), e);
            onRefused.accept(
                    switch (e.failure()) {
                        case EXPIRED -> CloseReason.CLIENT_CERTIFICATE_EXPIRED;
                        case REVOKED -> CloseReason.CLIENT_CERTIFICATE_REVOKED;
                        default -> CloseReason.CLIENT_CERTIFICATE_REFUSED;
                    });
        }
    }

    void cancel() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
