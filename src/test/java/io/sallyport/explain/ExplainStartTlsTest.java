package io.sallyport.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.value.StartTls;
import io.sallyport.explain.judge.FailureKind;
import io.sallyport.explain.report.Explanation;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that begin in plain text, explained. */
class ExplainStartTlsTest {

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OFF")
    void asksInTheProtocolAndExplainsWhatComesThen(StartTls protocol) {
        try (FakeBackend backend = FakeBackend.silent();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.starttls = " + protocol.tag())
                        .start()) {
            Explanation explanation = Asked.of(proxy.address())
                    .trusting(proxy.authority().certificate())
                    .startTls(protocol)
                    .explain();

            assertThat(explanation.isFine()).as("%s", explanation.failure()).isTrue();
        }
    }

    @Test
    void scansBehindStartTls() {
        try (FakeBackend backend = FakeBackend.silent();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https { starttls = smtp, tls.protocols = [TLSv1.3] }")
                        .start()) {
            Explanation explanation = Asked.of(proxy.address())
                    .trusting(proxy.authority().certificate())
                    .startTls(StartTls.SMTP)
                    .scan()
                    .explain();

            assertThat(Objects.requireNonNull(explanation.scan()).versions().stream()
                            .filter(version -> !version.suites().isEmpty()))
                    .singleElement()
                    .satisfies(version -> assertThat(version.suites()).hasSize(3));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POSTGRESQL, N, the server answers SSLRequest with N",
        "POSTGRESQL, Sx, 1 bytes behind the server's consent",
        "SMTP, 554 go away\\r\\n, the server answers \"554 go away\"",
        "IMAP, SSH-2.0-x\\r\\n, the server says \"SSH-2.0-x\"",
        "POP3, '', was not said within 300ms",
    })
    void tellsWhyTlsCannotBegin(StartTls protocol, String answer, String words) {
        String bytes = answer.replace("\\r\\n", "\r\n");
        try (FakeBackend server = FakeBackend.running(socket -> {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
            FakeBackend.drain(socket);
        })) {
            Explanation explanation = Asked.of(server.address())
                    .startTls(protocol)
                    .within(Duration.ofMillis(300))
                    .explain();

            assertThat(Objects.requireNonNull(explanation.failure()).kind()).isEqualTo(FailureKind.NO_STARTTLS);
            assertThat(explanation.failure().what()).contains(words);
        }
    }
}
