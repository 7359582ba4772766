package io.sallyport.tls.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.ClientAuths;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.RevocationList;
import io.sallyport.tls.file.Findings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a list means for a certificate, beside {@code openssl verify -crl_check} with the same files. */
final class CrlTableTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final CertificateAuthority IMPOSTOR = CertificateAuthority.create("Root");
    private static final CertificateAuthority OTHER = CertificateAuthority.create("Other");
    private static final IssuedCertificate CLIENT = ROOT.client("ops").issue();

    @TempDir
    private Path directory;

    /**
     * One case.
     *
     * @param lists what there is
     * @param hard whether hard-fail lets the client in; as openssl
     * @param soft whether soft-fail does
     * @param openssl whether openssl does
     */
    private record Row(String name, List<RevocationList> lists, boolean hard, boolean soft, boolean openssl) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Row> rows() {
        RevocationList clean = ROOT.revocations();
        return Stream.of(
                new Row("no list", List.of(), false, true, false),
                new Row("a list", List.of(clean), true, true, true),
                new Row("it is named", List.of(revoking(ROOT)), false, false, false),
                new Row("a list of another", List.of(OTHER.revocations()), false, true, false),
                new Row("a list with a foreign signature", List.of(IMPOSTOR.revocations()), false, true, false),
                new Row("it is named under a foreign signature", List.of(revoking(IMPOSTOR)), false, true, false),
                new Row("past its next update", List.of(ROOT.revocations().expired()), false, true, false),
                new Row(
                        "past its next update, and it is named",
                        List.of(revoking(ROOT).expired()),
                        false,
                        false,
                        false),
                new Row("of tomorrow", List.of(ofTomorrow(ROOT.revocations())), false, true, false),
                new Row("of authorities alone", List.of(ROOT.revocations().onlyAuthorities()), false, true, false));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void decidesAsOpensslUnderHardFail(Row row) throws Exception {
        List<Path> files = new ArrayList<>();
        for (RevocationList list : row.lists()) {
            files.add(list.writePem(directory.resolve("list-" + files.size() + ".crl")));
        }

        assertThat(isLetInByOpenssl(files)).as("openssl").isEqualTo(row.openssl());
        assertThat(isLetIn(files, CrlPolicy.HARD_FAIL)).as("hard-fail").isEqualTo(row.hard());
        assertThat(isLetIn(files, CrlPolicy.SOFT_FAIL)).as("soft-fail").isEqualTo(row.soft());
        assertThat(row.hard()).isEqualTo(row.openssl());
    }

    private static RevocationList revoking(CertificateAuthority issuer) {
        return issuer.revocations().revoke(CLIENT.leaf());
    }

    private static RevocationList ofTomorrow(RevocationList list) {
        return list.validity(Instant.now().plusSeconds(86_400), Instant.now().plusSeconds(2 * 86_400));
    }

    private boolean isLetIn(List<Path> files, CrlPolicy policy) {
        TrustAnchors anchors = new TrustAnchors(List.of(new TrustAnchors.Source("root", List.of(ROOT.certificate()))));
        Crls crls = Crls.load(ClientAuths.files(files, policy, "x.conf:1"), anchors, Instant.now(), new Findings());
        @Nullable ClientCertificateException refusal = null;
        try {
            crls.check(CLIENT.leaf(), ROOT.certificate(), policy, Instant.now());
        } catch (ClientCertificateException e) {
            refusal = e;
        }
        return refusal == null;
    }

    private boolean isLetInByOpenssl(List<Path> files) {
        List<String> arguments = new ArrayList<>(List.of(
                "verify",
                "-crl_check",
                "-CAfile",
                ROOT.writePem(directory, "root").toString()));
        for (Path file : files) {
            arguments.add("-CRLfile");
            arguments.add(file.toString());
        }
        Path client = CLIENT.writePem(directory, "client").chain();
        arguments.add(client.toString());
        return new Openssl(directory).output(arguments).strip().endsWith(": OK");
    }
}
