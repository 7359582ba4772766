package io.sallyport.tls.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.AccessRuleConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.ClientAuths;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.PemFiles;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.path.ClientCertificateFailure;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real client is told when its certificate is refused. */
class ClientAlertTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Test Root");
    private static final IssuedCertificate SERVER = ROOT.server("localhost").issue();

    @TempDir
    private Path directory;

    private Instant now = Instant.now();

    static Stream<Arguments> refusals() {
        CertificateAuthority stranger = CertificateAuthority.create("Stranger");
        CertificateAuthority first = ROOT.authority("First").issueAuthority();
        CertificateAuthority second = first.authority("Second").issueAuthority();
        IssuedCertificate good = ROOT.client("good").issue();
        return Stream.of(
                        Arguments.of(
                                ClientCertificateFailure.EXPIRED,
                                45,
                                ROOT.client("late").expired().issue()),
                        Arguments.of(
                                ClientCertificateFailure.NOT_YET_VALID,
                                42,
                                ROOT.client("early").notYetValid().issue()),
                        Arguments.of(
                                ClientCertificateFailure.UNKNOWN_ISSUER,
                                48,
                                stranger.client("x").issue()),
                        Arguments.of(
                                ClientCertificateFailure.UNKNOWN_ISSUER,
                                48,
                                CertificateAuthority.create("Test Root")
                                        .client("forged")
                                        .issue()),
                        Arguments.of(
                                ClientCertificateFailure.WRONG_PURPOSE,
                                43,
                                ROOT.client("server").anyPurpose().server().issue()),
                        Arguments.of(ClientCertificateFailure.BAD_SIGNATURE, 51, good.forged()),
                        Arguments.of(
                                ClientCertificateFailure.MALFORMED,
                                42,
                                ROOT.client("odd").unknownCriticalExtension().issue()),
                        Arguments.of(
                                ClientCertificateFailure.CHAIN_TOO_DEEP,
                                48,
                                second.client("deep").issue()),
                        Arguments.of(ClientCertificateFailure.REVOKED, 44, good),
                        Arguments.of(ClientCertificateFailure.CRL_UNAVAILABLE, 48, good),
                        Arguments.of(ClientCertificateFailure.CRL_EXPIRED, 45, good),
                        Arguments.of(ClientCertificateFailure.REFUSED_BY_RULE, 42, good))
                .flatMap(arguments -> Stream.of("-tls1_2", "-tls1_3").map(version -> {
                    List<Object> all = new ArrayList<>(List.of(version));
                    all.addAll(List.of(arguments.get()));
                    return Arguments.of(all.toArray());
                }));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void tellsTheClientWhy(String version, ClientCertificateFailure failure, int alert, IssuedCertificate client)
            throws Exception {
        try (TlsTestServer server = new TlsTestServer(SERVER, trust(failure, client))) {
            String output = connect(server, version, client);

            assertThat(server.nextHandshake()).isEqualTo(failure);
            assertThat(output).contains("SSL alert number " + alert).doesNotContain("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void judgesAgainWhenASessionResumes(String version) throws Exception {
        IssuedCertificate client = ROOT.client("good").issue();
        try (TlsTestServer server = new TlsTestServer(SERVER, trust(ClientCertificateFailure.EXPIRED, client))) {
            assertThat(connect(server, version, client, "-sess_out", "session")).contains("hello");
            assertThat(server.nextHandshake()).isNull();
            assertThat(connect(server, version, client, "-sess_in", "session"))
                    .contains("Reused, TLSv1")
                    .contains("hello");
            assertThat(server.nextHandshake()).isNull();

            now = now.plus(Duration.ofDays(400));
            assertThat(connect(server, version, client, "-sess_in", "session")).doesNotContain("hello");

            assertThat(server.nextHandshake()).isEqualTo(ClientCertificateFailure.EXPIRED);
        }
    }

    @Test
    void tellsTheNamesOfTheAnchorsUnlessSwitchedOff() throws IOException {
        IssuedCertificate client = ROOT.client("good").issue();
        for (boolean told : List.of(true, false)) {
            ClientAuthConfig config = new ClientAuthConfig(
                    Mode.REQUIRE,
                    List.of(),
                    List.of(),
                    CrlFetchConfig.NONE,
                    CrlPolicy.SOFT_FAIL,
                    4,
                    told,
                    List.of(),
                    List.of(),
                    new Place(""));
            ClientTrust trust = new ClientTrust(config, anchors(), Crls.none(), () -> now);
            try (TlsTestServer server = new TlsTestServer(SERVER, trust)) {
                String output = connect(server, "-tls1_3", client);

                assertThat(output)
                        .contains(
                                told
                                        ? "Acceptable client certificate CA names"
                                        : "No client certificate CA names sent");
            }
        }
    }

    /** BoringSSL hands on ten certificates of a chain and cuts off the rest: max-depth stays below that. */
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void takesAsManyIntermediatesAsCanBeConfigured(String version) throws Exception {
        CertificateAuthority issuer = ROOT;
        for (int i = 0; i < 8; i++) {
            issuer = issuer.authority("Level " + i).issueAuthority();
        }
        ClientAuthConfig config = new ClientAuthConfig(
                Mode.REQUIRE,
                List.of(),
                List.of(),
                CrlFetchConfig.NONE,
                CrlPolicy.SOFT_FAIL,
                8,
                true,
                List.of(),
                List.of(),
                new Place(""));
        ClientTrust trust = new ClientTrust(config, anchors(), Crls.none(), () -> now);
        try (TlsTestServer server = new TlsTestServer(SERVER, trust)) {
            assertThat(connect(server, version, issuer.client("deep").issue())).contains("hello");

            assertThat(server.nextHandshake()).isNull();
        }
    }

    private ClientTrust trust(ClientCertificateFailure failure, IssuedCertificate client) {
        boolean hard =
                failure == ClientCertificateFailure.CRL_UNAVAILABLE || failure == ClientCertificateFailure.CRL_EXPIRED;
        List<AccessRuleConfig> deny = failure == ClientCertificateFailure.REFUSED_BY_RULE
                ? List.of(new AccessRuleConfig(List.of(new AccessRuleConfig.Exactly(AccessRuleConfig.Name.CN, "good"))))
                : List.of();
        ClientAuthConfig config = new ClientAuthConfig(
                Mode.REQUIRE,
                List.of(),
                List.of(),
                CrlFetchConfig.NONE,
                hard ? CrlPolicy.HARD_FAIL : CrlPolicy.SOFT_FAIL,
                1,
                true,
                List.of(),
                deny,
                new Place(""));
        return new ClientTrust(config, anchors(), crls(failure, client), () -> now);
    }

    private Crls crls(ClientCertificateFailure failure, IssuedCertificate client) {
        Path file = directory.resolve("list.crl");
        switch (failure) {
            case REVOKED -> ROOT.revocations().revoke(client.leaf()).writePem(file);
            case CRL_EXPIRED -> ROOT.revocations().expired().writePem(file);
            case CRL_UNAVAILABLE ->
                CertificateAuthority.create("Other").revocations().writePem(file);
            default -> {
                return Crls.none();
            }
        }
        return Crls.load(ClientAuths.files(List.of(file), CrlPolicy.SOFT_FAIL, ""), anchors(), now, new Findings());
    }

    private static TrustAnchors anchors() {
        return new TrustAnchors(List.of(new TrustAnchors.Source("root", List.of(ROOT.certificate()))));
    }

    private String connect(TlsTestServer server, String version, IssuedCertificate client, String... more)
            throws IOException {
        PemFiles files = client.writePem(directory, "client");
        List<String> arguments = new ArrayList<>(List.of(
                "s_client",
                "-connect",
                "127.0.0.1:" + server.port(),
                version,
                "-ign_eof",
                "-cert",
                files.chain().toString(),
                "-cert_chain",
                files.chain().toString(),
                "-key",
                files.key().toString()));
        arguments.addAll(List.of(more));
        return new Openssl(directory).output(arguments);
    }
}
