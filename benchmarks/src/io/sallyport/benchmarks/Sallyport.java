package io.sallyport.benchmarks;

import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.ConfigLoader;
import io.sallyport.server.ProxyServer;
import io.sallyport.server.generation.StartException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Objects;

/** A whole Sallyport in this process, with one event loop. */
final class Sallyport implements AutoCloseable {
    private final ProxyServer server;

    private Sallyport(ProxyServer server) {
        this.server = server;
    }

    /** Metrics are on, as they always are; the log goes nowhere. */
    static Sallyport start(Material material, boolean clientCertificate, int backendPort)
            throws ConfigException, StartException {
        String clientAuth = clientCertificate
                ? "tls.client-auth { mode = require, trust-anchors = [\""
                        + material.client().chain() + "\"] }"
                : "";
        String config = """
                sallyport {
                  event-loops = 1
                  listeners.https {
                    bind = "127.0.0.1:0", backend = app
                    tls.certificates = [ { chain = "%s", key = "%s" } ]
                    %s
                  }
                  backends.app.servers = [ "127.0.0.1:%d" ]
                  admin.bind = "", reload.watch = off, access-log.target = none
                }
                """.formatted(
                        material.server().chain(), material.server().key(), clientAuth, backendPort);
        return new Sallyport(ProxyServer.start(ConfigLoader.load(config, "benchmark", Path.of("."))));
    }

    int port() {
        return ((InetSocketAddress) Objects.requireNonNull(server.addresses().get("https"))).getPort();
    }

    @Override
    public void close() {
        server.stopNow();
    }
}
