package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.accesslog.HandshakeReport;
import io.sallyport.diagnosis.Diagnosis;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.HandshakeEnd;
import io.sallyport.server.FaultyListener;
import io.sallyport.testing.CapturedLog;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Documents;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every reason for which a handshake fails, each provoked: what the line says, what {@code /handshakes} says, what is counted,
 * and that the backend hears nothing of it. Prints the table of reasons with the clients.
 */
class FailureReasonsTest {
    private static final List<Provocation> PROVOCATIONS = Provocations.all();
    private static final Map<String, String> TABLE = new TreeMap<>();

    /** Those that take more than a client. */
    private static final Map<FailureReason, String> OTHERS = Map.of(
            FailureReason.BARE_PROBE, "a TCP connection that is opened and closed",
            FailureReason.OVERLOAD, "a JDK client that waits for a handshake for too long",
            FailureReason.DRAINING, "half a ClientHello, when a drain comes to its end",
            FailureReason.INTERNAL_ERROR, "openssl s_client, when the signer of the RSA key fails");

    @TempDir
    private Path folder;

    @AfterAll
    static void printTable() {
        System.out.println("| reason | client | broke at | ended by | alert |\n|---|---|---|---|---|");
        TABLE.values().forEach(System.out::println);
    }

    @TestFactory
    Collection<DynamicTest> everyClientIsToldOfByItsReason() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Provocation provocation : PROVOCATIONS) {
            tests.add(DynamicTest.dynamicTest(provocation.toString(), () -> fails(provocation)));
        }
        return tests;
    }

    private void fails(Provocation provocation) throws Exception {
        ClientPrograms programs = new ClientPrograms(folder);
        CertificateAuthority.create("Other").writePem(folder, "other");
        try (FakeBackend backend = Http.backend()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            provocation.prepare().of(builder, programs);
            try (RunningProxy proxy = builder.start()) {
                provocation.attempt().at(proxy, programs);

                LogLine line = proxy.awaitHandshakeFailure();
                note(line, provocation.client());
                assertThat(line.text("reason"))
                        .as("%s%n%s", line, programs.output())
                        .isEqualTo(provocation.reason().tag());
                assertThat(line.text("broke_at")).as(line.toString()).isEqualTo(provocation.brokeAt());
                assertThat(line.text("how")).as(line.toString()).isEqualTo(provocation.how());
                assertThat(line.has("alert") ? line.text("alert") : null)
                        .as(line.toString())
                        .isEqualTo(provocation.alert());
                assertThat(line.text("cause")).contains(provocation.cause());
                assertThat(line.text("fix")).matches(".+[.?]");
                assertShown(proxy, line);
                proxy.awaitMetric(
                        1,
                        "sallyport_handshake_failures_total",
                        "reason",
                        provocation.reason().tag());
                proxy.awaitMetric(1, "sallyport_handshake_failures_total");
                assertThat(proxy.metric("sallyport_handshakes_total", "result", "success"))
                        .isZero();
                assertThat(backend.accepted()).isZero();
            }
        }
    }

    /** What is shown is the line, with the steps up to the one where it broke. */
    private static void assertShown(RunningProxy proxy, LogLine line) {
        LogLine shown = shown(proxy, "?listener=https&source=127.0.0.0/8&reason=" + line.text("reason"));
        for (String field : List.of("connection", "reason", "cause", "fix", "broke_at", "how", "detail")) {
            assertThat(shown.text("0." + field)).isEqualTo(line.text(field));
        }
        List<Integer> broke = IntStream.range(0, 100)
                .filter(step -> shown.has("0.steps." + step + ".broke"))
                .boxed()
                .toList();
        assertThat(broke).as(shown.toString()).hasSize(1);
        String last = "0.steps." + broke.get(0);
        String side = line.text("how").startsWith("alert") ? "Alert" : line.text("how");
        assertThat(shown.text(last + ".what")).isEqualTo(side);
        assertThat(shown.text(last + ".from")).isEqualTo(line.text("ended_by"));
        assertThat(shown(proxy, "?reason=draining").has("0.reason")).isFalse();
        assertThat(shown(proxy, "?source=192.0.2.0/24").has("0.reason")).isFalse();
        assertThat(shown(proxy, "?listener=other").has("0.reason")).isFalse();
    }

    static LogLine shown(RunningProxy proxy, String query) {
        return LogLine.parse("{\"\":" + proxy.get("/handshakes" + query).body() + "}")
                .without(".");
    }

    @Test
    void aBareProbeIsCountedAlone() {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            TlsClient.open(proxy.address(), proxy.authority()).close();

            proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "bare_probe");
            assertThat(proxy.accessLines()).isEmpty();
            assertThat(shown(proxy, "").has("0.reason")).isFalse();
        }
        note("bare_probe", Objects.requireNonNull(OTHERS.get(FailureReason.BARE_PROBE)), "tcp", "client: fin", "");
    }

    @Test
    void aWaitForTooLongIsToldOf() throws Exception {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https { timeouts.handshake = 60s, limits { handshakes-in-flight = 1,"
                                + " handshake-queue.deadline = 100ms } }")
                        .start();
                TlsClient first = TlsClient.open(proxy.address(), proxy.authority());
                TlsClient second = TlsClient.open(proxy.address(), proxy.authority())) {
            first.sendRaw(first.clientHello());
            first.socket().getInputStream().read();
            second.sendRaw(second.clientHello());

            LogLine line = proxy.awaitHandshakeFailure();
            note(line, Objects.requireNonNull(OTHERS.get(FailureReason.OVERLOAD)));
            assertThat(line.text("reason")).isEqualTo("overload");
            assertThat(line.text("how")).isEqualTo("closed");
            assertThat(line.text("broke_at")).isEqualTo("server_hello");
            assertThat(line.text("cause")).contains("handshake-queue.deadline");
            assertThat(second.tcpEnd()).isEqualTo(Received.End.RESET);
            first.reset();
        }
    }

    @Test
    void theEndOfADrainIsToldOf() throws Exception {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain.timeout = 100ms")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.sendRaw(new byte[] {22, 3, 1});
            proxy.awaitMetric(1, "sallyport_handshakes_in_flight");
            assertThat(proxy.drain().get()).isFalse();

            LogLine line = proxy.awaitHandshakeFailure();
            note(line, Objects.requireNonNull(OTHERS.get(FailureReason.DRAINING)));
            assertThat(line.text("reason")).isEqualTo("draining");
            assertThat(line.text("how")).isEqualTo("closed");
            assertThat(line.text("broke_at")).isEqualTo("client_hello");
        }
    }

    @Test
    void aFaultOfOurOwnIsToldOf() throws Exception {
        CertificateAuthority authority = CertificateAuthority.create("Test Root");
        authority.server("localhost").issue().writePem(folder, "server");
        Path file = Files.writeString(folder.resolve("sallyport.conf"), """
                sallyport {
                  listeners.https {
                    bind = "127.0.0.1:0", backend = app
                    tls.certificates = [{ chain = server.crt, key = server.key }]
                  }
                  backends.app.servers = ["127.0.0.1:1"]
                }
                """);
        try (CapturedLog log = CapturedLog.start();
                FaultyListener faulty = FaultyListener.freed(file);
                TlsClient client = TlsClient.open(faulty.address(), authority)) {
            client.sendRaw(client.clientHello());

            Diagnosis diagnosis = Objects.requireNonNull(faulty.next().diagnosis());
            assertThat(diagnosis.reason()).isEqualTo(FailureReason.INTERNAL_ERROR);
            assertThat(diagnosis.end()).isEqualTo(HandshakeEnd.CLOSED);
            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
            assertThat(log.faults()).singleElement().asString().contains("internal error");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aSignatureThatCannotBeMadeIsAFaultOfOurOwn(String version) throws Exception {
        CertificateAuthority authority = CertificateAuthority.create("Test Root");
        authority.server("localhost").key(KeyKind.RSA_2048).issue().writePem(folder, "server");
        Path file = Files.writeString(folder.resolve("sallyport.conf"), """
                sallyport {
                  listeners.https {
                    bind = "127.0.0.1:0", backend = app
                    tls { certificates = [{ chain = server.crt, key = server.key }], rsa-signing = corretto }
                  }
                  backends.app.servers = ["127.0.0.1:1"]
                }
                """);
        try (CapturedLog log = CapturedLog.start();
                FaultyListener faulty = FaultyListener.unableToSign(file)) {
            String client = new Openssl(folder)
                    .output(List.of(
                            "s_client",
                            version,
                            "-connect",
                            "127.0.0.1:" + faulty.address().getPort()));

            HandshakeReport report = faulty.next();
            Diagnosis diagnosis = Objects.requireNonNull(report.diagnosis());
            assertThat(diagnosis.reason()).isEqualTo(FailureReason.INTERNAL_ERROR);
            // BoringSSL has no alert for this.
            assertThat(diagnosis.end()).isEqualTo(HandshakeEnd.CLOSED);
            assertThat(report.detail()).isEqualTo("SignatureException: the signer is gone");
            assertThat(client).contains("unexpected eof");
            assertThat(log.faults()).isEmpty();
        }
        note(
                "internal_error",
                Objects.requireNonNull(OTHERS.get(FailureReason.INTERNAL_ERROR)),
                "server_hello",
                "proxy: closed",
                "");
    }

    @Test
    void theReadmeNamesAClientForEveryReason() throws IOException {
        Map<FailureReason, String> clients = new EnumMap<>(OTHERS);
        PROVOCATIONS.forEach(each -> clients.putIfAbsent(each.reason(), each.client()));

        assertThat(clients.keySet()).containsExactlyInAnyOrder(FailureReason.values());
        assertThat(Documents.rows("handshake failed").stream()
                        .collect(Collectors.toMap(Documents.Row::name, Documents.Row::third)))
                .isEqualTo(
                        Stream.of(FailureReason.values()).collect(Collectors.toMap(FailureReason::tag, clients::get)));
    }

    private static void note(LogLine line, String client) {
        note(
                line.text("reason"),
                client,
                line.text("broke_at"),
                line.text("ended_by") + ": " + line.text("how"),
                line.has("alert") ? line.text("alert") : "");
    }

    private static void note(String reason, String client, String brokeAt, String ended, String alert) {
        TABLE.put(reason + client, "| " + String.join(" | ", reason, client, brokeAt, ended, alert) + " |");
    }
}
