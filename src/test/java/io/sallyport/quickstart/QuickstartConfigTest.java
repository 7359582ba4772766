package io.sallyport.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.tls.file.SecretFile;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import org.junit.jupiter.api.Test;

class QuickstartConfigTest {
    private static final InetSocketAddress BACKEND = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);

    @Test
    void listensOnLoopbackInFrontOfTheBackend() throws Exception {
        try (PrivateDirectory directory = PrivateDirectory.create()) {
            ProxyConfig config =
                    new QuickstartConfig(8443, 9901, BACKEND, ThrowawayCertificate.create()).writeTo(directory.path());

            ListenerConfig listener = config.listeners().get(QuickstartConfig.LISTENER);
            assertThat(listener)
                    .extracting(ListenerConfig::bind)
                    .isEqualTo(new NetworkAddress.Tcp(new HostPort("127.0.0.1", 8443)));
            assertThat(config.admin().bind()).isEqualTo(new HostPort("127.0.0.1", 9901));
            assertThat(config.backends().values())
                    .singleElement()
                    .satisfies(backend -> assertThat(backend.servers())
                            .extracting(server -> server.address().toString())
                            .containsExactly(BACKEND.getAddress().getHostAddress() + ":8080"));
        }
    }

    @Test
    void theCertificateIsForThisMachineAlone() throws Exception {
        try (PrivateDirectory directory = PrivateDirectory.create()) {
            new QuickstartConfig(0, 0, BACKEND, ThrowawayCertificate.create()).writeTo(directory.path());

            X509Certificate certificate = certificate(directory.path().resolve("tls.crt"));
            certificate.checkValidity();
            certificate.verify(certificate.getPublicKey());
            assertThat(certificate.getPublicKey()).isInstanceOf(ECPublicKey.class);
            assertThat(certificate.getSubjectAlternativeNames())
                    .extracting(name -> String.valueOf(name.get(1)))
                    .containsExactly("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
        }
    }

    @Test
    void theKeyIsReadableByItsOwnerAloneAndGoneAfterwards() throws Exception {
        Path path;
        try (PrivateDirectory directory = PrivateDirectory.create()) {
            path = directory.path();
            new QuickstartConfig(0, 0, BACKEND, ThrowawayCertificate.create()).writeTo(path);
            assertThat(SecretFile.exposure(path.resolve("tls.key"))).isEmpty();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aPortOutOfRangeIsAProblem() throws Exception {
        try (PrivateDirectory directory = PrivateDirectory.create()) {
            assertThatThrownBy(() -> new QuickstartConfig(70000, 0, BACKEND, ThrowawayCertificate.create())
                            .writeTo(directory.path()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("127.0.0.1:70000");
        }
    }

    private static X509Certificate certificate(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
