package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Daemon;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.NamedBackend;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SecretFiles;
import io.sallyport.testing.ServerTls;
import io.sallyport.testing.TlsClient;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers behind squid and Dante, which look their names up. */
final class ForwardProxyIT {
    private static final String FAILURES = "sallyport_backend_connect_failures_total";

    @TempDir
    private Path folder;

    @Test
    void squidLetsTheUserThroughToAServerWithTls() throws Exception {
        CertificateAuthority servers = CertificateAuthority.create("Servers");
        try (Daemon squid = Daemon.squid(folder, users());
                FakeBackend backend =
                        ServerTls.of(servers.server("db.proxy.test").issue()).echo()) {
            RunningProxy.Builder builder = through(
                    "http://me@", squid, "db.proxy.test", backend.address().getPort());
            servers.writePem(builder.directory(), "servers");
            SecretFiles.write(builder.directory().resolve("pw"), "word\n");
            try (RunningProxy proxy = builder.with(
                            "backends.app.via-password-file = pw",
                            "backends.app.tls { enabled = on, trust-anchors = [servers.crt] }",
                            "backends.app.health-check { type = tcp, interval = 200ms }")
                    .start()) {
                try (TlsClient client = TlsClient.connect(proxy)) {
                    client.send("ping");
                    assertThat(client.readText(4)).isEqualTo("ping");
                }
                proxy.awaitMetric(1, "sallyport_backend_up", "backend", "app");
                assertThat(proxy.metric(FAILURES)).isZero();
            }
        }
    }

    @Test
    void squidsRefusalsAreToldApart() throws Exception {
        Path users = users();
        try (Daemon squid = Daemon.squid(folder, users)) {
            assertThat(failure(through("http://me@", squid, "forbidden.test", 80), "word"))
                    .isEqualTo("proxy_refused 403");
            assertThat(failure(through("http://me@", squid, "db.proxy.test", 80), "wrong"))
                    .isEqualTo("proxy_refused 407");
            // A port that nobody listens on, below those that the kernel gives away.
            assertThat(failure(through("http://me@", squid, "db.proxy.test", 1), "word"))
                    .isEqualTo("unreachable 503");
        }
    }

    @Test
    void danteConnectsByNameAndItsRefusalsAreToldApart() throws Exception {
        try (Daemon dante = Daemon.dante(folder);
                NamedBackend backend = new NamedBackend("a")) {
            try (RunningProxy proxy = through(
                            "socks5://", dante, "localhost", backend.address().getPort())
                    .start()) {
                assertThat(nameBehind(proxy)).isEqualTo("a");
            }
            assertThat(failure(through("socks5://", dante, "localhost", 9), "")).isEqualTo("proxy_refused 2");
            assertThat(failure(through("socks5://", dante, "localhost", 1), "")).isEqualTo("refused 5");
        }
    }

    private static String failure(RunningProxy.Builder builder, String password) throws Exception {
        if (!password.isEmpty()) {
            SecretFiles.write(builder.directory().resolve("pw"), password + "\n");
            builder.with("backends.app.via-password-file = pw");
        }
        try (RunningProxy proxy = builder.start()) {
            try (TlsClient client = TlsClient.connect(proxy)) {
                client.end();
            }
            proxy.awaitConnectionLine();
            String words = proxy.log().lines("cannot connect to the backend").get(0);
            return proxy.log().values("cannot connect to the backend", "reason").get(0)
                    + words.substring(words.lastIndexOf(' '));
        }
    }

    private static RunningProxy.Builder through(String kindAndUser, Daemon way, String server, int port) {
        return RunningProxy.to(way.address())
                .with(
                        "backends.app.servers = [\"" + server + ":" + port + "\"]",
                        "backends.app.connect { timeout = 10s, retries = 0 }",
                        "backends.app.via = \"" + kindAndUser + "127.0.0.1:"
                                + way.address().getPort() + "\"");
    }

    private static String nameBehind(RunningProxy proxy) {
        try (TlsClient client = TlsClient.connect(proxy)) {
            return client.readText(1);
        }
    }

    private Path users() throws Exception {
        String hash = new Openssl(folder).line("passwd -apr1 -salt saltsalt word");
        return Files.writeString(folder.resolve("users"), "me:" + hash.strip() + "\n");
    }
}
