package io.sallyport.handshake.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sallyport.handshake.HelloCapture;
import io.sallyport.handshake.OpenSslServer;
import io.sallyport.handshake.RecordedHandshake;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.KeyExchange;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.trace.HandshakeTranscript.AlertSeen;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.handshake.wire.HandshakeMessage.ClientKeyExchange;
import io.sallyport.handshake.wire.ServerHello;
import io.sallyport.testing.Openssl;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transcripts of handshakes between {@code openssl s_client} and {@code openssl s_server}, through a relay. */
class HandshakeTranscriptTest {
    private static final String[] SERVER_FILES = {
        "-cert", "ec.crt", "-key", "ec.key", "-dcert", "rsa.crt", "-dkey", "rsa.key"
    };
    private static final String[] MUTUAL_TLS = {
        "-cert", "ec.crt", "-key", "ec.key", "-Verify", "3", "-CAfile", "client.crt", "-verify_return_error"
    };

    @TempDir
    private static Path folder;

    @BeforeAll
    static void makeCertificates() {
        assumeTrue(HelloCapture.isInstalled("openssl"), "openssl is not installed");
        Openssl openssl = new Openssl(folder);
        String ec = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        openssl.line(ec + " -subj /CN=server.example -keyout ec.key -out ec.crt");
        openssl.line(ec + " -subj /CN=client -keyout client.key -out client.crt");
        openssl.line("req -x509 -newkey rsa:2048 -nodes -subj /CN=server.example -keyout rsa.key -out rsa.crt");
    }

    @Test
    void tellsTls13() throws Exception {
        RecordedHandshake recorded = handshake(SERVER_FILES, "-tls1_3");
        HandshakeTranscript transcript = recorded.transcript();

        assertThat(arrows(transcript))
                .startsWith(
                        "> ClientHello",
                        "< ServerHello",
                        "< ChangeCipherSpec",
                        "< EncryptedExtensions",
                        "< Certificate",
                        "< CertificateVerify",
                        "< Finished",
                        "> ChangeCipherSpec",
                        "> Finished")
                .contains("> application data", "< NewSessionTicket or application data");
        ServerHello chosen = serverHello(transcript);
        assertThat(TlsVersions.name(chosen.version())).isEqualTo("TLSv1.3");
        assertThat(CipherSuites.name(chosen.cipherSuite())).isEqualTo("TLS_AES_256_GCM_SHA384");
        assertThat(NamedGroups.name(chosen.group())).isEqualTo("x25519");
        assertThat(chosen.selectedPsk()).isEqualTo(-1);
        assertThat(transcript.steps().get(3).detail()).isEqualTo("encrypted, told by size and position");
        assertSameInPieces(recorded);
    }

    @Test
    void tellsTls12WithEphemeralKeys() throws Exception {
        RecordedHandshake recorded = handshake(SERVER_FILES, "-tls1_2", "-alpn", "h2");
        HandshakeTranscript transcript = recorded.transcript();

        assertThat(arrows(transcript))
                .startsWith(
                        "> ClientHello",
                        "< ServerHello",
                        "< Certificate",
                        "< ServerKeyExchange",
                        "< ServerHelloDone",
                        "> ClientKeyExchange",
                        "> ChangeCipherSpec",
                        "> Finished",
                        "< NewSessionTicket",
                        "< ChangeCipherSpec",
                        "< Finished",
                        "> application data",
                        "< application data",
                        "< Alert");
        assertThat(detail(transcript, "Certificate")).matches("1 certificate of \\d+ bytes");
        assertThat(detail(transcript, "ServerKeyExchange"))
                .isEqualTo("group x25519; public value of 32 bytes; signed with ecdsa_secp256r1_sha256");
        assertThat(detail(transcript, "ClientKeyExchange")).isEqualTo("ECDHE public value of 32 bytes");
        assertThat(detail(transcript, "NewSessionTicket")).matches("ticket of \\d+ bytes, lifetime 7200 s");
        assertSameInPieces(recorded);
    }

    @Test
    void tellsTls12WithStaticRsa() throws Exception {
        HandshakeTranscript transcript = handshake(SERVER_FILES, "-tls1_2", "-cipher", "AES128-GCM-SHA256")
                .transcript();

        assertThat(arrows(transcript))
                .startsWith(
                        "> ClientHello", "< ServerHello", "< Certificate", "< ServerHelloDone", "> ClientKeyExchange");
        assertThat(transcript.steps().get(4).message()).isEqualTo(new ClientKeyExchange(KeyExchange.RSA, 256));
    }

    @Test
    void tellsTls12WithFiniteFields() throws Exception {
        RecordedHandshake recorded = handshake(SERVER_FILES, "-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256");

        assertThat(detail(recorded.transcript(), "ServerKeyExchange"))
                .isEqualTo("DHE; public value of 256 bytes; signed with rsa_pss_rsae_sha256");
        assertThat(detail(recorded.transcript(), "ClientKeyExchange")).isEqualTo("DHE public value of 256 bytes");
        assertSameInPieces(recorded);
    }

    @Test
    void tellsClientAuthenticationInTls12() throws Exception {
        RecordedHandshake recorded = handshake(MUTUAL_TLS, withClientCertificate("-tls1_2"));
        HandshakeTranscript transcript = recorded.transcript();

        assertThat(arrows(transcript))
                .startsWith(
                        "> ClientHello",
                        "< ServerHello",
                        "< Certificate",
                        "< ServerKeyExchange",
                        "< CertificateRequest",
                        "< ServerHelloDone",
                        "> Certificate",
                        "> ClientKeyExchange",
                        "> CertificateVerify",
                        "> ChangeCipherSpec",
                        "> Finished");
        assertThat(detail(transcript, "CertificateRequest"))
                .matches("\\d+ signature schemes; 1 name of trust anchors in \\d+ bytes");
        assertThat(detail(transcript, "CertificateVerify")).isEqualTo("signed with ecdsa_secp256r1_sha256");
        assertSameInPieces(recorded);
    }

    @Test
    void tellsAMissingClientCertificate() throws Exception {
        HandshakeTranscript tls12 = handshake(MUTUAL_TLS, "-tls1_2").transcript();
        assertThat(tls12.steps().get(6).detail()).isEqualTo("no certificate");
        assertThat(tls12.alerts()).extracting(AlertSeen::name).containsExactly("handshake_failure");
        assertThat(arrows(tls12)).endsWith("< Alert");

        HandshakeTranscript tls13 = handshake(MUTUAL_TLS, "-tls1_3").transcript();
        assertThat(arrows(tls13)).containsSubsequence("> Certificate", "> Finished", "< Alert");
        assertThat(tls13.alerts()).isEmpty();
    }

    @Test
    void tellsAHelloRetryRequestAndClientAuthenticationInTls13() throws Exception {
        String[] server = concat(MUTUAL_TLS, "-groups", "P-384");
        RecordedHandshake recorded = handshake(server, withClientCertificate("-tls1_3"));
        HandshakeTranscript transcript = recorded.transcript();

        assertThat(arrows(transcript))
                .startsWith(
                        "> ClientHello",
                        "< HelloRetryRequest",
                        "< ChangeCipherSpec",
                        "> ChangeCipherSpec",
                        "> ClientHello",
                        "< ServerHello",
                        "< EncryptedExtensions",
                        "< CertificateRequest",
                        "< Certificate",
                        "< CertificateVerify",
                        "< Finished",
                        "> Certificate",
                        "> CertificateVerify",
                        "> Finished");
        assertThat(transcript.steps().get(1).detail())
                .isEqualTo("TLSv1.3; TLS_AES_256_GCM_SHA384; asks for group secp384r1");
        assertThat(transcript.steps().get(4).detail()).contains("key shares secp384r1");
        assertThat(transcript.clientHello()).isEqualTo(transcript.steps().get(0).message());
        assertThat(NamedGroups.name(serverHello(transcript).group())).isEqualTo("secp384r1");
        assertSameInPieces(recorded);
    }

    @Test
    void tellsResumption() throws Exception {
        try (OpenSslServer server = OpenSslServer.start(folder, SERVER_FILES)) {
            String session = folder.resolve("session").toString();
            server.handshake("-tls1_3", "-sess_out", session);
            RecordedHandshake tls13 = server.handshake("-tls1_3", "-sess_in", session);
            assertThat(arrows(tls13.transcript()))
                    .startsWith(
                            "> ClientHello",
                            "< ServerHello",
                            "< ChangeCipherSpec",
                            "< EncryptedExtensions",
                            "< Finished",
                            "> ChangeCipherSpec",
                            "> Finished");
            assertThat(serverHello(tls13.transcript()).selectedPsk()).isZero();
            assertSameInPieces(tls13);

            for (String tickets : new String[] {"-no_ticket", "-legacy_renegotiation"}) {
                server.handshake("-tls1_2", tickets, "-sess_out", session);
                RecordedHandshake tls12 = server.handshake("-tls1_2", tickets, "-sess_in", session);
                assertThat(arrows(tls12.transcript()))
                        .startsWith("> ClientHello", "< ServerHello", "< ChangeCipherSpec", "< Finished");
                assertThat(serverHello(tls12.transcript()).sessionIdEchoed()).isTrue();
                assertSameInPieces(tls12);
            }
        }
    }

    @Test
    void tellsAlertsInTheClear() throws Exception {
        HandshakeTranscript tooOld =
                handshake(concat(SERVER_FILES, "-tls1_3"), "-tls1_2").transcript();
        assertThat(arrows(tooOld)).containsExactly("> ClientHello", "< Alert");
        assertThat(tooOld.alerts()).extracting(AlertSeen::name).containsExactly("protocol_version");

        HandshakeTranscript distrusted =
                handshake(SERVER_FILES, "-tls1_2", "-verify_return_error").transcript();
        assertThat(arrows(distrusted)).endsWith("< ServerHelloDone", "> Alert");
        assertThat(distrusted.alerts()).extracting(AlertSeen::name).containsExactly("unknown_ca");
    }

    private static RecordedHandshake handshake(String[] server, String... client) throws Exception {
        try (OpenSslServer started = OpenSslServer.start(folder, server)) {
            return started.handshake(client);
        }
    }

    private static String[] withClientCertificate(String... options) {
        String chain = folder.resolve("client.crt").toString();
        return concat(
                options, "-cert", chain, "-key", folder.resolve("client.key").toString());
    }

    private static String[] concat(String[] first, String... second) {
        String[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static void assertSameInPieces(RecordedHandshake recorded) {
        HandshakeTranscript whole = recorded.transcript();
        assertThat(recorded.transcriptOfPieces(1)).isEqualTo(whole);
        assertThat(recorded.transcriptOfPieces(1460)).isEqualTo(whole);
        assertThat(recorded.transcriptOfServer()).isEqualTo(whole);
        Random random = new Random(3);
        for (int round = 0; round < 20; round++) {
            assertThat(recorded.transcriptOfPieces(random)).isEqualTo(whole);
        }
    }

    private static String[] arrows(HandshakeTranscript transcript) {
        return transcript.steps().stream()
                .map(step -> (step.direction() == Direction.CLIENT_TO_SERVER ? "> " : "< ") + step.what())
                .toArray(String[]::new);
    }

    private static String detail(HandshakeTranscript transcript, String what) {
        return transcript.steps().stream()
                .filter(step -> step.what().equals(what))
                .map(Step::detail)
                .findFirst()
                .orElse("no " + what);
    }

    private static ServerHello serverHello(HandshakeTranscript transcript) {
        return Objects.requireNonNull(transcript.serverHello());
    }
}
