package io.sallyport.server;

import io.sallyport.admin.AdminPaths;
import io.sallyport.admin.AdminServer;
import io.sallyport.admin.AdminSource;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.connection.AddressText;
import io.sallyport.server.listen.BindFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin listener and the metrics listener, as far as they are configured. They live as long as the process. */
final class AdminListeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.server");

    private final @Nullable AdminServer admin;
    private final @Nullable AdminServer metrics;

    private AdminListeners(@Nullable AdminServer admin, @Nullable AdminServer metrics) {
        this.admin = admin;
        this.metrics = metrics;
    }

    /** Binds both; what cannot be bound is a problem, and the other one is bound all the same. */
    static AdminListeners bind(ProxyConfig config, AdminSource source, List<ConfigProblem> problems) {
        return new AdminListeners(
                bind("admin.bind", config.admin().bind(), source, AdminPaths.ADMIN, problems),
                bind("metrics.bind", config.metrics().bind(), source, AdminPaths.METRICS, problems));
    }

    private static @Nullable AdminServer bind(
            String key,
            @Nullable HostPort address,
            AdminSource source,
            AdminPaths paths,
            List<ConfigProblem> problems) {
        if (address == null) {
            return null;
        }
        try {
            return AdminServer.bind(
                    new InetSocketAddress(InetAddress.getByName(address.host()), address.port()), source, paths);
        } catch (IOException e) {
            problems.add(BindFailure.of(key, new NetworkAddress.Tcp(address), e).problem());
            return null;
        }
    }

    /** Calls {@code action} when a thread of them ends though it was not stopped. */
    void onLost(Runnable action) {
        each(server -> server.lost().thenRun(action));
    }

    void serve() {
        serve("admin", admin);
        serve("metrics", metrics);
    }

    private static void serve(String what, @Nullable AdminServer server) {
        if (server != null) {
            server.serve();
            LOG.atInfo()
                    .addKeyValue("address", AddressText.of(server.address()))
                    .log(what);
        }
    }

    /** How many clients follow the live page. */
    int followers() {
        return admin == null ? 0 : admin.followers();
    }

    @Nullable
    InetSocketAddress adminAddress() {
        return admin == null ? null : admin.address();
    }

    @Nullable
    InetSocketAddress metricsAddress() {
        return metrics == null ? null : metrics.address();
    }

    /** See {@link AdminServer#closeIdle}. */
    void closeIdle() {
        each(AdminServer::closeIdle);
    }

    @Override
    public void close() {
        each(AdminServer::close);
    }

    private void each(Consumer<AdminServer> action) {
        Stream.of(admin, metrics).filter(Objects::nonNull).forEach(action);
    }
}
