package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.CertificateRequest;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Payload;
import io.sallyport.testing.RunningProxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stranger writes into a certificate, and what the logs and the admin listener show of it. */
final class StrangersTextTest {
    /** Starts a line of its own, steers a terminal, turns the direction of what follows, and is invisible. */
    private static final String HOSTILE = "x\u0085y\u009b31mz\u202eevil\u2066\u2028\u200b\u00ad";

    private static final String HIDDEN = "[\\p{Cc}\\p{Cf}\\p{Cs}\\u2028\\u2029&&[^\\n\\t]]";
    private static final int LONGEST_LINE = 8 << 10;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void aCertificateOfFiftyKilobytesMakesAShortLineWithoutHiddenCharacters() {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        IssuedCertificate good = hostile(clients).issue();
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                RunningProxy proxy = proxy(backend, clients, "")) {
            connect(proxy, good);

            proxy.awaitConnectionLine();
            String line = proxy.accessLines().get(0).toString();
            assertThat(line).contains("x\\\\x85y\\\\x9b31mz\\\\u202eevil").doesNotContainPattern(HIDDEN);
            assertThat(line.length()).isLessThan(LONGEST_LINE);
        }
    }

    @Test
    void aRefusedOneDoesSo() {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        IssuedCertificate refused = hostile(clients).issue();
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                RunningProxy proxy = proxy(backend, clients, "deny = [{ o = Example }]")) {
            connect(proxy, refused);

            String line = proxy.awaitHandshakeFailure().toString();
            assertThat(line).contains("\\\\u202eevil").doesNotContainPattern(HIDDEN);
            assertThat(line.length()).isLessThan(LONGEST_LINE);
            assertThat(proxy.get("/handshakes").body())
                    .contains("\\\\u202eevil")
                    .doesNotContainPattern(HIDDEN);
            assertThat(proxy.get("/status").body()).doesNotContainPattern(HIDDEN);
        }
    }

    /** A subject of 100 units of 200 characters, and 100 names of 250. */
    private static CertificateRequest hostile(CertificateAuthority authority) {
        StringBuilder subject = new StringBuilder("CN=" + HOSTILE + ",O=Example");
        for (int i = 0; i < 100; i++) {
            subject.append(",OU=").append("u".repeat(64 - 3)).append(100 + i);
        }
        CertificateRequest request = authority.client("ops").subject(subject.toString());
        for (int i = 0; i < 100; i++) {
            request.uri("spiffe://prod/" + "p".repeat(250) + i);
        }
        return request;
    }

    private RunningProxy proxy(FakeBackend backend, CertificateAuthority clients, String rules) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        clients.writePem(builder.directory(), "clients");
        return builder.with("listeners.https.tls.client-auth { mode = require, trust-anchors = [clients.crt], " + rules
                        + " }")
                .start();
    }

    private void connect(RunningProxy proxy, IssuedCertificate client) {
        client.writePem(directory, "client");
        new Openssl(directory)
                .output(List.of(
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + proxy.address().getPort(),
                        "-cert",
                        "client.crt",
                        "-key",
                        "client.key"));
    }
}
