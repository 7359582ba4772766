package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.handshake.wire.ServerHello;
import io.sallyport.testing.Openssl;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Transcripts of a BoringSSL server, which packs the encrypted messages of TLS 1.3 into one record. */
class BoringSslTranscriptTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void makeCertificate() {
        assumeTrue(HelloCapture.isInstalled("openssl"), "openssl is not installed");
        new Openssl(folder)
                .line("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=a"
                        + " -keyout tls.key -out tls.crt");
    }

    @Test
    void tellsPostQuantumTls13() throws Exception {
        RecordedHandshake recorded = handshake(SslProvider.OPENSSL, ClientAuth.NONE, "TLSv1.3");

        assertThat(steps(recorded))
                .containsExactly(
                        "ClientHello",
                        "ServerHello",
                        "ChangeCipherSpec",
                        "EncryptedExtensions, Certificate, CertificateVerify, Finished",
                        "ChangeCipherSpec",
                        "Finished");
        ServerHello chosen = Objects.requireNonNull(recorded.transcript().serverHello());
        assertThat(chosen.describe()).isEqualTo("TLSv1.3; TLS_AES_128_GCM_SHA256; group X25519MLKEM768");
        assertThat(recorded.transcriptOfPieces(1)).isEqualTo(recorded.transcript());
    }

    @Test
    void knowsThatTheJdkPadsItsFinished() throws Exception {
        assertThat(steps(handshake(SslProvider.JDK, ClientAuth.NONE, "TLSv1.3")))
                .endsWith("ChangeCipherSpec", "Finished");
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void tellsAMissingClientCertificateThoughItIsEncrypted(SslProvider client) throws Exception {
        assertThat(steps(handshake(client, ClientAuth.REQUIRE, "TLSv1.3")))
                .endsWith(
                        "EncryptedExtensions, CertificateRequest, Certificate, CertificateVerify, Finished",
                        "ChangeCipherSpec",
                        "Certificate, Finished",
                        "Alert");
    }

    @Test
    void tellsTls12() throws Exception {
        RecordedHandshake recorded = handshake(SslProvider.JDK, ClientAuth.NONE, "TLSv1.2");

        assertThat(steps(recorded))
                .containsExactly(
                        "ClientHello",
                        "ServerHello",
                        "Certificate",
                        "ServerKeyExchange",
                        "ServerHelloDone",
                        "ClientKeyExchange",
                        "ChangeCipherSpec",
                        "Finished",
                        "NewSessionTicket",
                        "ChangeCipherSpec",
                        "Finished");
        assertThat(recorded.transcriptOfPieces(new Random(4))).isEqualTo(recorded.transcript());
    }

    private static List<String> steps(RecordedHandshake recorded) {
        return recorded.transcript().steps().stream().map(Step::what).toList();
    }

    private static RecordedHandshake handshake(SslProvider clientProvider, ClientAuth clientAuth, String protocol)
            throws SSLException {
        SslContext client = SslContextBuilder.forClient()
                .sslProvider(clientProvider)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .protocols(protocol)
                .endpointIdentificationAlgorithm("")
                .build();
        SslContext server = SslContextBuilder.forServer(
                        folder.resolve("tls.crt").toFile(),
                        folder.resolve("tls.key").toFile())
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .clientAuth(clientAuth)
                .protocols("TLSv1.2", "TLSv1.3")
                .build();
        SSLEngine left = client.newEngine(UnpooledByteBufAllocator.DEFAULT, "server.example", 443);
        SSLEngine right = server.newEngine(UnpooledByteBufAllocator.DEFAULT);
        try {
            return EngineHandshake.between(left, right);
        } finally {
            ReferenceCountUtil.release(left);
            ReferenceCountUtil.release(right);
            ReferenceCountUtil.release(client);
            ReferenceCountUtil.release(server);
        }
    }
}
