package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.PostgresqlServer;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PostgreSQL's own server and its own client, with Sallyport in between. */
class PostgresqlIT {
    private static final CertificateAuthority SERVERS = CertificateAuthority.create("Servers");
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");
    private static final String IS_TLS = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";

    @SuppressWarnings("NullAway.Init") // before all
    private static PostgresqlServer plain;

    @SuppressWarnings("NullAway.Init") // before all
    private static PostgresqlServer tls;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        plain = PostgresqlServer.plain();
        tls = PostgresqlServer.tls(SERVERS.server("db.example").issue());
    }

    @AfterAll
    static void stop() {
        plain.close();
        tls.close();
    }

    @Test
    void letsInByCertificateAndRuleAlone() throws Exception {
        CLIENTS.client("app").issue().writePem(folder, "app");
        CLIENTS.client("other").issue().writePem(folder, "other");
        RunningProxy.Builder builder = RunningProxy.to(plain.address());
        CLIENTS.writePem(builder.directory(), "clients");
        try (RunningProxy proxy = builder.with(
                        "listeners.https.starttls = postgresql",
                        "listeners.https.tls.client-auth { mode = require, trust-anchors = [clients.crt],"
                                + " allow = [{ cn = app }] }")
                .start()) {
            String server = "host=localhost sslmode=verify-full sslrootcert=root.crt";
            proxy.authority().writePem(folder, "root");

            assertThat(psql(proxy, server + " sslcert=app.crt sslkey=app.key", "select 6 * 7"))
                    .isEqualTo("42\n");
            assertThat(psql(proxy, server + " sslcert=other.crt sslkey=other.key", "select 1"))
                    .contains("alert bad certificate");
            assertThat(psql(proxy, "host=localhost sslmode=disable", "select 1"))
                    .contains("FATAL:  TLS is required", "HINT:  Connect with sslmode=require");
            proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "tls_required");
            proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "client_certificate_refused");
            LogLine line = proxy.awaitConnectionLines(3).get(0);
            assertThat(line.text("client_certificate")).isEqualTo("CN=app");
        }
    }

    @Test
    void asksItsServerForTls() throws Exception {
        RunningProxy.Builder builder = RunningProxy.to(tls.address());
        SERVERS.writePem(builder.directory(), "servers");
        try (RunningProxy proxy = builder.with(
                        "listeners.https.starttls = postgresql",
                        "backends.app.health-check { type = tcp, interval = 100ms }",
                        "backends.app.tls { enabled = on, starttls = postgresql, trust-anchors = [servers.crt],"
                                + " server-name = db.example }")
                .start()) {
            assertThat(psql(proxy, "host=localhost sslmode=require", IS_TLS)).isEqualTo("t\n");
            proxy.awaitMetric(1, "sallyport_backend_up");
        }
    }

    @Test
    void tellsOfAServerWithoutTls() throws Exception {
        try (RunningProxy proxy = RunningProxy.to(plain.address())
                .with(
                        "listeners.https.starttls = postgresql",
                        "backends.app { connect.retries = 0, tls { enabled = on, starttls = postgresql,"
                                + " server-name = db.example } }")
                .start()) {
            assertThat(psql(proxy, "host=localhost sslmode=require", "select 1"))
                    .contains("closed unexpectedly");
            proxy.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", "starttls_refused");
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_tls_failed");
        }
    }

    /** The server is full: further clients wait for a moment, and are then told nothing but the end. */
    @Test
    void aClientWaitsForOneOfTheConnectionsThatTheServerMayHave() throws Exception {
        try (RunningProxy proxy = RunningProxy.to(plain.address())
                        .with(
                                "listeners.https.starttls = postgresql",
                                "backends.app.servers = [{ address = \"127.0.0.1:"
                                        + plain.address().getPort() + "\", max-connections = 1 }]",
                                "backends.app.queue.deadline = 300ms")
                        .start();
                Connection first = DriverManager.getConnection("jdbc:postgresql://localhost:"
                        + proxy.address().getPort() + "/postgres?user=postgres&sslmode=require")) {
            assertThat(psql(proxy, "host=localhost sslmode=require", "select 1"))
                    .contains("closed unexpectedly");
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("queue_timeout");

            proxy.edit(text -> text.replace("300ms", "1h"));
            assertThat(proxy.reload()).isTrue();
            CompletableFuture<String> waits = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return psql(proxy, "host=localhost sslmode=require", "select 6 * 7");
                        } catch (IOException | InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    },
                    task -> new Thread(task).start());
            proxy.awaitMetric(1, "sallyport_backend_queue_waiting");
            first.close();
            assertThat(waits.join()).isEqualTo("42\n");
        }
    }

    @Test
    void passesTheTlsOfANamedServerThrough() throws Exception {
        SERVERS.writePem(folder, "servers");
        try (RunningProxy proxy = RunningProxy.to(plain.address())
                .with(
                        "listeners.https.starttls = postgresql",
                        "listeners.https.routes = [{ server-names = [db.example], backend = db, passthrough = on }]",
                        "backends.db.servers = [\"127.0.0.1:" + tls.address().getPort() + "\"]")
                .start()) {
            String named = "host=db.example hostaddr=127.0.0.1 sslmode=verify-full sslrootcert=servers.crt";

            assertThat(psql(proxy, named, IS_TLS)).isEqualTo("t\n");
            assertThat(psql(proxy, "host=localhost sslmode=require", IS_TLS)).isEqualTo("f\n");
            assertThat(proxy.awaitConnectionLines(2).get(0).text("backend")).isEqualTo("db");
        }
    }

    /** In both ways in which a client may ask, and by the certificate and the rule that it takes. */
    @ParameterizedTest
    @ValueSource(strings = {"postgres", "direct"})
    void javaClientsAskInBothWays(String negotiation) throws Exception {
        CLIENTS.client("app").issue().writePem(folder, "app");
        new Openssl(folder)
                .line("pkcs12 -export -in app.crt -inkey app.key -out app.p12 -name user -passout pass:secret");
        RunningProxy.Builder builder = RunningProxy.to(plain.address());
        CLIENTS.writePem(builder.directory(), "clients");
        try (RunningProxy proxy = builder.with(
                        "listeners.https.starttls = postgresql",
                        "listeners.https.tls.client-auth { mode = require, trust-anchors = [clients.crt],"
                                + " allow = [{ cn = app }] }")
                .start()) {
            proxy.authority().writePem(folder, "root");
            Properties properties = new Properties();
            properties.putAll(Map.of(
                    "user",
                    "postgres",
                    "sslmode",
                    "verify-full",
                    "sslNegotiation",
                    negotiation,
                    "sslrootcert",
                    folder.resolve("root.crt").toString(),
                    "sslkey",
                    folder.resolve("app.p12").toString(),
                    "sslpassword",
                    "secret"));
            try (Connection connection = DriverManager.getConnection(
                            "jdbc:postgresql://localhost:" + proxy.address().getPort() + "/postgres", properties);
                    ResultSet result = connection.createStatement().executeQuery("select 6 * 7")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getInt(1)).isEqualTo(42);
            }
            // Who asks in plain text has said which protocol it is, and pgjdbc says it once.
            assertThat(proxy.awaitConnectionLine().has("alpn")).isEqualTo(negotiation.equals("direct"));
        }
    }

    private String psql(RunningProxy proxy, String connection, String query) throws IOException, InterruptedException {
        ProcessBuilder psql = new ProcessBuilder(List.of(
                        "psql",
                        "-XAtq",
                        "-d",
                        connection + " user=postgres dbname=postgres connect_timeout=10 port="
                                + proxy.address().getPort(),
                        "-c",
                        query))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        psql.environment().put("LC_ALL", "C");
        Process process = psql.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
