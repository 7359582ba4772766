package io.sallyport.explain;

import static io.sallyport.explain.Asked.codes;
import static io.sallyport.explain.Asked.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.explain.judge.FailureKind;
import io.sallyport.explain.judge.Finding;
import io.sallyport.explain.judge.FindingCode;
import io.sallyport.explain.probe.Resumption;
import io.sallyport.explain.report.Explanation;
import io.sallyport.explain.report.Ink;
import io.sallyport.explain.report.TextReport;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.Openssl;
import io.sallyport.tls.material.StapledResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes with openssl as the server, each with another certificate. */
class ExplainServerTest {
    private final CertificateAuthority root = CertificateAuthority.create("Test Root");

    @TempDir
    private Path directory;

    @Test
    void showsAWholeHandshakeOfTls13AndProvesResumption() {
        try (OpensslServer server =
                OpensslServer.start(directory, root.server("localhost").issue())) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(explanation.failure()).isNull();
            assertThat(steps(explanation))
                    .startsWith(
                            "> ClientHello",
                            "< ServerHello",
                            "< ChangeCipherSpec",
                            "< EncryptedExtensions",
                            "< Certificate",
                            "< CertificateVerify",
                            "< Finished",
                            "> ChangeCipherSpec",
                            "> Finished");
            assertThat(explanation.session().orElseThrow().version()).isEqualTo("TLSv1.3");
            assertThat(explanation.anchor()).isEqualTo("CN=Test Root");
            assertThat(Asked.resumption(explanation).outcome()).isEqualTo(Resumption.Outcome.BY_TICKET);
            assertThat(Asked.resumption(explanation).secondBytes())
                    .isPositive()
                    .isLessThan(Asked.resumption(explanation).firstBytes());
            assertThat(codes(explanation)).containsExactly(FindingCode.NO_POST_QUANTUM);
        }
    }

    @Test
    void showsAWholeHandshakeOfTls12() {
        IssuedCertificate rsa = root.server("localhost").key(KeyKind.RSA_2048).issue();
        try (OpensslServer server = OpensslServer.start(directory, rsa, "-tls1_2")) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(explanation.failure()).isNull();
            assertThat(steps(explanation))
                    .startsWith(
                            "> ClientHello",
                            "< ServerHello",
                            "< Certificate",
                            "< ServerKeyExchange",
                            "< ServerHelloDone",
                            "> ClientKeyExchange",
                            "> ChangeCipherSpec",
                            "> Finished");
            assertThat(explanation.session().orElseThrow().cipher()).startsWith("TLS_ECDHE_RSA_");
            assertThat(Asked.resumption(explanation).outcome()).isEqualTo(Resumption.Outcome.BY_TICKET);
            assertThat(codes(explanation))
                    .containsExactlyInAnyOrder(FindingCode.NO_TLS_1_3, FindingCode.NO_POST_QUANTUM);
        }
    }

    @Test
    void offersTls12AloneWhenItIsAskedTo() {
        try (OpensslServer server =
                OpensslServer.start(directory, root.server("localhost").issue())) {
            Explanation explanation = Asked.of(server.address())
                    .trusting(root.certificate())
                    .tls12()
                    .explain();

            assertThat(explanation.session().orElseThrow().version()).isEqualTo("TLSv1.2");
            assertThat(Asked.resumption(explanation).outcome()).isEqualTo(Resumption.Outcome.BY_SESSION_ID);
            assertThat(codes(explanation)).doesNotContain(FindingCode.NO_TLS_1_3);
        }
    }

    @Test
    void tellsThatNothingResumes() {
        try (OpensslServer server = OpensslServer.start(
                directory, root.server("localhost").issue(), "-tls1_2", "-no_ticket", "-no_cache")) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(explanation.isFine()).isTrue();
            assertThat(Asked.resumption(explanation).isResumed()).isFalse();
            assertThat(codes(explanation)).contains(FindingCode.NO_RESUMPTION);
        }
    }

    @Test
    void tellsOfStaticRsaAndCbc() {
        IssuedCertificate rsa = root.server("localhost").key(KeyKind.RSA_2048).issue();
        try (OpensslServer server = OpensslServer.start(directory, rsa, "-tls1_2", "-cipher", "AES128-SHA")) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(steps(explanation)).doesNotContain("< ServerKeyExchange");
            assertThat(codes(explanation)).contains(FindingCode.NO_FORWARD_SECRECY);
        }
        try (OpensslServer server = OpensslServer.start(directory, rsa, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA")) {
            assertThat(codes(Asked.of(server.address())
                            .trusting(root.certificate())
                            .explain()))
                    .contains(FindingCode.CBC_SUITE);
        }
    }

    @Test
    void tellsOfTheRoundTripThatAnotherGroupCosts() {
        try (OpensslServer server =
                OpensslServer.start(directory, root.server("localhost").issue(), "-groups", "P-384")) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(steps(explanation)).contains("< HelloRetryRequest");
            assertThat(codes(explanation)).contains(FindingCode.EXTRA_ROUND_TRIP);
        }
    }

    @Test
    void tellsWhichProtocolWasTaken() {
        try (OpensslServer server =
                OpensslServer.start(directory, root.server("localhost").issue(), "-alpn", "http/1.1")) {
            Asked asked = Asked.of(server.address()).trusting(root.certificate());

            assertThat(asked.alpn("h2", "http/1.1")
                            .explain()
                            .session()
                            .orElseThrow()
                            .alpn())
                    .isEqualTo("http/1.1");
        }
    }

    @Test
    void refusesWhatSignsItself() {
        IssuedCertificate own = CertificateAuthority.selfSigned("localhost")
                .server()
                .dns("localhost")
                .issue();
        try (OpensslServer server = OpensslServer.start(directory, own)) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertRefused(explanation, FindingCode.SELF_SIGNED, "CN=localhost signs itself");
            assertThat(Asked.of(server.address()).trusting(own.leaf()).explain().isFine())
                    .isTrue();
        }
    }

    @Test
    void refusesWhatIsExpired() {
        try (OpensslServer server = OpensslServer.start(
                directory, root.server("localhost").expired().issue())) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertRefused(explanation, FindingCode.EXPIRED, "CN=localhost expired on ");
            assertThat(explanation.anchor()).isEqualTo("CN=Test Root");
        }
    }

    @Test
    void refusesWhatIsNotYetValid() {
        try (OpensslServer server = OpensslServer.start(
                directory, root.server("localhost").notYetValid().issue())) {
            assertRefused(
                    Asked.of(server.address()).trusting(root.certificate()).explain(),
                    FindingCode.NOT_YET_VALID,
                    "is not valid before");
        }
    }

    @Test
    void warnsOfWhatEndsSoon() {
        Instant now = Instant.now();
        IssuedCertificate ending = root.server("localhost")
                .validity(now.minus(Duration.ofDays(80)), now.plus(Duration.ofDays(5)))
                .issue();
        try (OpensslServer server = OpensslServer.start(directory, ending)) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(explanation.isFine()).isTrue();
            assertThat(codes(explanation)).contains(FindingCode.EXPIRES_SOON);
        }
    }

    @Test
    void refusesAnotherName() {
        try (OpensslServer server = OpensslServer.start(
                directory,
                root.server("a.example", "*.b.example").ip("127.0.0.1").issue())) {
            Asked asked = Asked.of(server.address()).trusting(root.certificate());

            assertRefused(
                    asked.explain(),
                    FindingCode.WRONG_NAME,
                    "the certificate is not for localhost, but for a.example, *.b.example, 127.0.0.1");
            assertThat(asked.name("x.b.example").explain().isFine()).isTrue();
            assertThat(asked.name("x.y.b.example").explain().isFine()).isFalse();
            Explanation byAddress = asked.name(null).explain();
            assertThat(byAddress.isFine()).isTrue();
            assertThat(Asked.clientHello(byAddress).serverName()).isNull();
        }
    }

    @Test
    void asksForNamesAsDnsHasThem() {
        try (OpensslServer server = OpensslServer.start(
                directory, root.server("xn--bcher-kva.example", "my_service").issue())) {
            Asked asked = Asked.of(server.address()).trusting(root.certificate());

            Explanation explanation = asked.name("B\u00fccher.example.").explain();
            assertThat(explanation.failure()).isNull();
            assertThat(Asked.clientHello(explanation).serverName()).isEqualTo("xn--bcher-kva.example");
            assertThat(asked.name("my_service").explain().failure()).isNull();
        }
    }

    @Test
    void refusesAnUnknownRoot() {
        CertificateAuthority other = CertificateAuthority.create("Other Root");
        IssuedCertificate leaf = other.server("localhost").issue();
        IssuedCertificate withRoot = new IssuedCertificate(leaf.key(), List.of(leaf.leaf(), other.certificate()));
        try (OpensslServer server = OpensslServer.start(directory, withRoot)) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertRefused(explanation, FindingCode.UNTRUSTED_ROOT, "the chain ends in CN=Other Root");
            assertThat(codes(explanation)).contains(FindingCode.ROOT_SENT);
        }
    }

    @Test
    void tellsWhichIntermediateIsMissing() {
        CertificateAuthority intermediate = root.authority("Test Intermediate").issueAuthority();
        IssuedCertificate whole = intermediate.server("localhost").issue();
        IssuedCertificate lone = new IssuedCertificate(whole.key(), List.of(whole.leaf()));
        try (OpensslServer server = OpensslServer.start(directory, lone)) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertRefused(
                    explanation,
                    FindingCode.MISSING_INTERMEDIATE,
                    "the issuer of CN=localhost, CN=Test Intermediate, was not sent");
        }
        try (OpensslServer server = OpensslServer.start(directory, whole)) {
            assertThat(Asked.of(server.address())
                            .trusting(root.certificate())
                            .explain()
                            .isFine())
                    .isTrue();
        }
    }

    @Test
    void tellsTheRightOrder() {
        CertificateAuthority upper = root.authority("Upper").issueAuthority();
        CertificateAuthority lower = upper.authority("Lower").issueAuthority();
        IssuedCertificate leaf = lower.server("localhost").issue();
        IssuedCertificate mixed =
                new IssuedCertificate(leaf.key(), List.of(leaf.leaf(), upper.certificate(), lower.certificate()));
        try (OpensslServer server = OpensslServer.start(directory, mixed)) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(explanation.isFine()).isTrue();
            assertThat(explanation.findings()).anySatisfy(finding -> {
                assertThat(finding.code()).isEqualTo(FindingCode.WRONG_ORDER);
                assertThat(finding.fix()).isEqualTo("Send CN=localhost, then CN=Lower, then CN=Upper");
            });
        }
    }

    @Test
    void tellsOfCertificatesThatDoNotBelongThere() {
        IssuedCertificate leaf = root.server("localhost").issue();
        IssuedCertificate stray = new IssuedCertificate(
                leaf.key(),
                List.of(leaf.leaf(), CertificateAuthority.create("Stray").certificate()));
        try (OpensslServer server = OpensslServer.start(directory, stray)) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(explanation.isFine()).isTrue();
            assertThat(codes(explanation)).contains(FindingCode.NOT_PART_OF_CHAIN);
        }
    }

    @Test
    void refusesACertificateForClients() {
        IssuedCertificate client = root.client("localhost").dns("localhost").issue();
        try (OpensslServer server = OpensslServer.start(directory, client)) {
            assertRefused(
                    Asked.of(server.address()).trusting(root.certificate()).explain(),
                    FindingCode.WRONG_PURPOSE,
                    "not made for servers");
        }
    }

    @Test
    void refusesAnIssuerThatIsNone() {
        IssuedCertificate notAnAuthority = root.server("issuer.example").issue();
        IssuedCertificate leaf = CertificateAuthority.actingAs(notAnAuthority)
                .server("localhost")
                .issue();
        try (OpensslServer server = OpensslServer.start(directory, leaf)) {
            assertRefused(
                    Asked.of(server.address()).trusting(root.certificate()).explain(),
                    FindingCode.INVALID_CHAIN,
                    "CN=issuer.example: ");
        }
    }

    @Test
    void tellsOfAWeakKey() {
        IssuedCertificate weak = root.server("localhost").key(KeyKind.RSA_1024).issue();
        try (OpensslServer server = OpensslServer.start(directory, weak, "-tls1_2", "-cipher", "DEFAULT@SECLEVEL=0")) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(codes(explanation)).contains(FindingCode.WEAK_KEY);
        }
    }

    @Test
    void tellsOfASha1SignatureAndOfNamesInTheCommonNameAlone() {
        Openssl openssl = new Openssl(directory);
        root.issued().writePem(directory, "ca");
        openssl.line("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout s.key -out s.csr");
        openssl.line("x509 -req -in s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -sha1 -out s.crt");
        IssuedCertificate any = root.server("localhost").issue();
        try (OpensslServer server = OpensslServer.start(
                directory, any, "-cert", "s.crt", "-key", "s.key", "-cipher", "DEFAULT@SECLEVEL=0", "-tls1_2")) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(codes(explanation)).contains(FindingCode.WEAK_SIGNATURE, FindingCode.NO_ALTERNATIVE_NAMES);
        }
    }

    @Test
    void takesAnyKeyOfAServer() {
        for (KeyKind kind : List.of(KeyKind.RSA_2048, KeyKind.EC_P256, KeyKind.EC_P384)) {
            try (OpensslServer server = OpensslServer.start(
                    directory, root.server("localhost").key(kind).issue())) {
                assertThat(Asked.of(server.address())
                                .trusting(root.certificate())
                                .explain()
                                .isFine())
                        .as(kind.name())
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void tellsWhoseClientCertificatesAreAskedFor(String version) {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        clients.writePem(directory, "clients");
        try (OpensslServer server = OpensslServer.start(
                directory,
                root.server("localhost").issue(),
                version,
                "-Verify",
                "2",
                "-CAfile",
                "clients.crt",
                "-verify_return_error")) {
            Asked asked = Asked.of(server.address()).trusting(root.certificate());
            Explanation without = asked.explain();

            assertThat(Asked.failure(without).kind()).isEqualTo(FailureKind.CLIENT_CERTIFICATE_MISSING);
            assertThat(Asked.failure(without).what()).contains("CN=Clients");

            Explanation with = asked.as(clients.client("ops").issue().writePem(directory, "ops"))
                    .explain();
            assertThat(with.failure()).isNull();
            assertThat(Objects.requireNonNull(
                                    Objects.requireNonNull(with.attempt()).asked())
                            .authorities())
                    .containsExactly("CN=Clients");

            Explanation stranger = asked.as(CertificateAuthority.create("Other")
                            .client("x")
                            .issue()
                            .writePem(directory, "x"))
                    .explain();
            assertThat(Asked.failure(stranger).kind()).isEqualTo(FailureKind.CLIENT_CERTIFICATE_REFUSED);
            assertThat(Asked.failure(stranger).what()).contains("(unknown_ca)");
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {"GOOD", "REVOKED"},
            value = StapledResponse.Status.class)
    void readsTheStapledResponse(StapledResponse.Status status) throws Exception {
        IssuedCertificate leaf = root.server("localhost").serial(0x1234).issue();
        leaf.writePem(directory, "server");
        root.issued().writePem(directory, "ca");
        boolean good = status == StapledResponse.Status.GOOD;
        Files.writeString(
                directory.resolve("index.txt"),
                (good ? "V\t491231235959Z\t\t" : "R\t491231235959Z\t240101000000Z\t")
                        + "1234\tunknown\t/CN=localhost\n");
        Openssl openssl = new Openssl(directory);
        openssl.line("ocsp -issuer ca.crt -cert server.crt -reqout req.der -no_nonce");
        openssl.line("ocsp -index index.txt -rsigner ca.crt -rkey ca.key -CA ca.crt -reqin req.der -respout resp.der"
                + " -ndays 7");
        try (OpensslServer server = OpensslServer.start(directory, leaf, "-status_file", "resp.der")) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(TextReport.write(explanation, Instant.now(), Ink.PLAIN))
                    .contains("stapling          OCSP response, " + (good ? "good" : "revoked") + ", of ");
            assertThat(explanation.isFine()).isEqualTo(good);
            if (!good) {
                assertRefused(explanation, FindingCode.REVOKED, "is revoked");
            }
        }
    }

    @Test
    void tellsOfAStapledResponseAboutAnotherCertificate() throws Exception {
        root.issued().writePem(directory, "ca");
        root.server("other.example").serial(0x99).issue().writePem(directory, "other");
        Files.writeString(directory.resolve("index.txt"), "V\t491231235959Z\t\t99\tunknown\t/CN=other.example\n");
        Openssl openssl = new Openssl(directory);
        openssl.line("ocsp -issuer ca.crt -cert other.crt -reqout req.der -no_nonce");
        openssl.line("ocsp -index index.txt -rsigner ca.crt -rkey ca.key -CA ca.crt -reqin req.der -respout resp.der");
        try (OpensslServer server =
                OpensslServer.start(directory, root.server("localhost").issue(), "-status_file", "resp.der")) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();

            assertThat(explanation.isFine()).isTrue();
            assertThat(codes(explanation)).contains(FindingCode.BAD_STAPLE);
        }
    }

    private static void assertRefused(Explanation explanation, FindingCode code, String words) {
        assertThat(explanation.session()).isPresent();
        assertThat(Asked.failure(explanation).kind()).isEqualTo(FailureKind.CERTIFICATE_REFUSED);
        assertThat(explanation.findings().get(0).code()).isEqualTo(code);
        assertThat(Asked.failure(explanation).what()).contains(words);
        assertThat(explanation.findings().stream().filter(Finding::isProblem)).hasSize(1);
    }
}
