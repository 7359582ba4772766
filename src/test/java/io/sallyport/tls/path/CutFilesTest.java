package io.sallyport.tls.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.ClientAuths;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.SecretFiles;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.source.KeyMaterialLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that is read while somebody writes it: whatever its length then, it is a problem and no exception. */
class CutFilesTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Test Root");
    private static final IssuedCertificate SERVER = ROOT.server("example.com").issue();

    @TempDir
    private Path directory;

    private PemFiles pem;
    private Path password;

    CutFilesTest() {
        pem = new PemFiles(Path.of(""), Path.of(""));
        password = Path.of("");
    }

    /** Reads one file. */
    @FunctionalInterface
    private interface Reader {
        void read(Path file, Findings findings);
    }

    @BeforeEach
    void write() throws IOException {
        pem = SERVER.writePem(directory, "tls");
        password = SecretFiles.write(directory.resolve("password"), "secret");
    }

    @Test
    void chains() throws IOException {
        assertEveryPrefixIsRefused(
                pem.chain(),
                1,
                (file, findings) ->
                        key(new CertificateConfig.Pem(file, pem.key(), new PasswordConfig.None(), "x:1"), findings));
    }

    @Test
    void keys() throws IOException {
        assertEveryPrefixIsRefused(
                pem.key(),
                1,
                (file, findings) ->
                        key(new CertificateConfig.Pem(pem.chain(), file, new PasswordConfig.None(), "x:1"), findings));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS", "JCEKS"})
    void keyStores(String type) throws IOException {
        Path store = SERVER.writeKeyStore(directory.resolve("store"), type, "server", "secret");
        assertEveryPrefixIsRefused(
                store,
                0,
                (file, findings) -> key(
                        new CertificateConfig.Keystore(file, null, new PasswordConfig.File(password), new Place("x:1")),
                        findings));
    }

    @Test
    void trustAnchors() throws IOException {
        assertEveryPrefixIsRefused(
                ROOT.writePem(directory, "root"),
                1,
                (file, findings) -> TrustAnchors.load(
                        List.of(new TrustAnchorConfig.PemFile(file)), "x:1", Instant.now(), findings));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void revocationLists(boolean der) throws IOException {
        Path list = directory.resolve("list");
        Path whole = der
                ? ROOT.revocations().revoke(SERVER.leaf()).writeDer(list)
                : ROOT.revocations().revoke(SERVER.leaf()).writePem(list);
        TrustAnchors anchors = new TrustAnchors(List.of(new TrustAnchors.Source("root", List.of(ROOT.certificate()))));
        assertEveryPrefixIsRefused(
                whole,
                der ? 0 : 1,
                (file, findings) -> Crls.load(
                        ClientAuths.files(List.of(file), CrlPolicy.SOFT_FAIL, "x:1"),
                        anchors,
                        Instant.now(),
                        findings));
    }

    private static void key(CertificateConfig config, Findings findings) {
        assertThat(new KeyMaterialLoader(name -> null, Instant.now()).load(config, findings))
                .isEmpty();
    }

    /** @param spare how many bytes at the end of the file are not missed: the last line end */
    private static void assertEveryPrefixIsRefused(Path file, int spare, Reader reader) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length - spare; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            Findings findings = new Findings();
            reader.read(file, findings);
            assertThat(findings.problems())
                    .as("%d of %d bytes", length, whole.length)
                    .isNotEmpty();
        }
    }
}
