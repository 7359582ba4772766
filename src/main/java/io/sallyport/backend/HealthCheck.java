package io.sallyport.backend;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.backend.probe.Question;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.HealthCheckConfig;
import io.sallyport.config.SendProxyProtocolConfig;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.StartTls;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.proxyprotocol.HeaderWriter;
import io.sallyport.tls.context.BackendTlsContext;
import io.sallyport.tls.record.RecordLayer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Asks one endpoint again and again whether it works. On the backends' event loop alone.
 *
 * <p>An endpoint that was never asked counts as working, and its first check decides alone: a service starts at once, and
 * a dead server is out after one check rather than after {@code fall} of them.
 */
final class HealthCheck {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.backend");

    private final BackendConfig backend;
    private final HealthCheckConfig config;
    private final Endpoint endpoint;
    private final ServerConnect.Way way;
    private final @Nullable BackendTlsContext tls;
    private final EventLoop loop;
    private final Runnable onChange;
    private @Nullable Future<?> timer;
    private @Nullable Probe probe;
    private boolean stopped;
    private int streak;

    /**
     * @param way how it gets there
     * @param onChange called on the loop when the endpoint went down or up
     */
    HealthCheck(
            BackendConfig backend,
            Endpoint endpoint,
            ServerConnect.Way way,
            @Nullable BackendTlsContext tls,
            EventLoop loop,
            Runnable onChange) {
        this.backend = backend;
        this.config = backend.healthCheck();
        this.endpoint = endpoint;
        this.way = way;
        this.tls = tls;
        this.loop = loop;
        this.onChange = onChange;
    }

    void start() {
        timer = loop.schedule(this::ask, 0, TimeUnit.NANOSECONDS);
    }

    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel(false);
        }
        if (probe != null) {
            probe.end();
        }
    }

    private void ask() {
        probe = new Probe();
        probe.begin();
    }

    private void askLater() {
        double jitter = config.jitterPercent() / 100.0;
        double factor = 1 + jitter * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        timer = loop.schedule(this::ask, Math.round(config.interval().toNanos() * factor), TimeUnit.NANOSECONDS);
    }

    private void answered(boolean good, String words) {
        if (stopped) {
            return;
        }
        askLater();
        if (good != endpoint.isDown()) {
            streak = 0;
            endpoint.checked(good);
            return;
        }
        streak++;
        if (endpoint.isChecked() && streak < (good ? config.rise() : config.fall())) {
            return;
        }
        streak = 0;
        endpoint.checked(good);
        LOG.atLevel(good ? Level.INFO : Level.WARN)
                .addKeyValue("backend", backend.name())
                .addKeyValue("server", endpoint.server().toString())
                .addKeyValue("address", endpoint.toString())
                .addKeyValue("state", good ? "up" : "down")
                .log("server is {}: {}", good ? "up" : "down", words);
        onChange.run();
    }

    /** Whether the check goes to a service beside the one that connections go to. */
    private boolean hasOwnPort() {
        return config.port() != null;
    }

    private boolean speaksTls() {
        return hasOwnPort() ? config.tls() : backend.tls().enabled();
    }

    private SocketAddress target() {
        if (config.port() == null || !(endpoint.address() instanceof InetSocketAddress inet)) {
            return endpoint.address();
        }
        return inet.isUnresolved()
                ? InetSocketAddress.createUnresolved(inet.getHostString(), config.port())
                : new InetSocketAddress(inet.getAddress(), config.port());
    }

    /** One check. */
    private final class Probe implements ServerConnect.Callback {
        private final ServerConnect attempt = new ServerConnect(
                loop,
                endpoint,
                target(),
                new ServerConnect.Terms(
                        Math.toIntExact(config.timeout().toMillis()),
                        way,
                        speaksTls() ? tls : null,
                        null,
                        hasOwnPort() ? StartTls.OFF : backend.tls().startTls(),
                        StartTls.OFF,
                        false),
                this);
        private @Nullable Channel channel;
        private @Nullable Future<?> deadline;
        private boolean over;

        void begin() {
            deadline = loop.schedule(
                    () -> done(
                            false,
                            "not done within health-check.timeout: no "
                                    + (channel == null ? attempt.awaited() : "answer")),
                    config.timeout().toNanos(),
                    TimeUnit.NANOSECONDS);
            attempt.begin();
        }

        @Override
        public void onOpened(Channel opened) {
            if (!hasOwnPort() && backend.proxyProtocol().version() != SendProxyProtocolConfig.Version.OFF) {
                opened.writeAndFlush(HeaderWriter.local(backend.proxyProtocol()));
            }
        }

        @Override
        public void onConnected(Channel connected, RecordLayer records, long nanos) {
            channel = connected;
            Question.ask(connected, config, host(), verdict -> done(verdict.isGood(), verdict.words()));
        }

        @Override
        public void onFailed(ConnectFailure reason, String words) {
            if (reason.isOurs()) {
                // Counted against servers it would take all of them out of service.
                giveUp();
            } else {
                done(false, words);
            }
        }

        private void giveUp() {
            if (!over) {
                end();
                if (!stopped) {
                    askLater();
                }
            }
        }

        private void done(boolean good, String words) {
            if (!over) {
                end();
                answered(good, words);
            }
        }

        void end() {
            over = true;
            if (deadline != null) {
                deadline.cancel(false);
            }
            attempt.cancel();
            if (channel != null) {
                channel.close();
            }
        }

        private String host() {
            if (config.hostHeader() != null) {
                return config.hostHeader();
            }
            String name = backend.tls().serverName();
            String host = endpoint.server().host();
            if (name != null || host == null) {
                return name != null ? name : "localhost";
            }
            return new HostPort(host, config.port() == null ? endpoint.server().port() : config.port()).toString();
        }
    }
}
