package io.sallyport.tls.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Daemon;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.OddCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.PemFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTF8String;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The common name of odd clients, beside what haproxy and OpenSSL make of the same certificates. */
class NamesBesideHaproxyTest {
    private static final IssuedCertificate SERVER =
            CertificateAuthority.create("Root").server("localhost").issue();

    @TempDir
    Path directory;

    /** Ours, haproxy's, and OpenSSL's whole subject; null: none. */
    static Stream<Arguments> names() {
        return Stream.of(
                arguments("root", "root", "CN=root", certificate(new DERUTF8String("root"))),
                arguments(
                        "r\u00f6\u00f6t",
                        "r\u00f6\u00f6t",
                        "CN=r\u00f6\u00f6t",
                        certificate(new DERUTF8String("r\u00f6\u00f6t"))),
                // haproxy takes the bytes for text, whatever their type.
                arguments("\u726f\u6f74", "root", "CN=\u726f\u6f74", certificate(new DERBMPString("\u726f\u6f74"))),
                arguments("root", "\0r\0o\0o\0t", "CN=root", certificate(new DERBMPString("root"))),
                arguments("root", "root", "CN=root", certificate(new DERT61String("root"))),
                // Read to the NUL, as programs in C do, it is another name.
                arguments(null, "root\0x", "CN=root\\00x", certificate(new DERUTF8String("root\0x"))),
                // The most specific one is the last in the certificate; haproxy takes the first.
                arguments(
                        "user",
                        "root",
                        "CN=user,CN=root",
                        certificate(new DERUTF8String("root"), new DERUTF8String("user"))));
    }

    @ParameterizedTest
    @MethodSource("names")
    void aCommonName(@Nullable String ours, String haproxys, String openssls, OddCertificate odd) throws Exception {
        IssuedCertificate client = odd.issued();
        client.writePem(directory, "client");
        PemFiles server = SERVER.writePem(directory, "server");
        Files.writeString(
                directory.resolve("server.pem"), Files.readString(server.chain()) + Files.readString(server.key()));

        assertThat(ClientIdentity.of(client.leaf()).commonName()).isEqualTo(ours);
        assertThat(new Openssl(directory).line("x509 -in client.crt -noout -subject -nameopt RFC2253,utf8,-esc_msb"))
                .isEqualToIgnoringNewLines("subject=" + openssls + "\n");
        try (Daemon haproxy = Daemon.haproxy(directory, port -> """
                frontend f
                  mode http
                  bind 127.0.0.1:%d ssl crt server.pem ca-file client.crt verify optional ca-ignore-err all crt-ignore-err all
                  http-request return status 200 content-type text/plain lf-string "cn=%%[ssl_c_s_dn(cn),hex]\\n"
                """.formatted(port))) {
            String hex = HexFormat.of().withUpperCase().formatHex(haproxys.getBytes(StandardCharsets.UTF_8));
            assertThat(answer(haproxy)).contains("cn=" + hex + "\n");
        }
    }

    private String answer(Daemon haproxy) throws IOException {
        Path request = Files.writeString(directory.resolve("request"), "GET / HTTP/1.0\r\n\r\n");
        Process process = new ProcessBuilder(
                        "openssl",
                        "s_client",
                        "-quiet",
                        "-ign_eof",
                        "-connect",
                        "127.0.0.1:" + haproxy.address().getPort(),
                        "-cert",
                        "client.crt",
                        "-key",
                        "client.key")
                .directory(directory.toFile())
                .redirectInput(request.toFile())
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static OddCertificate certificate(ASN1Encodable... commonNames) {
        OddCertificate odd = new OddCertificate();
        for (ASN1Encodable name : commonNames) {
            odd.commonName(name);
        }
        return odd;
    }
}
