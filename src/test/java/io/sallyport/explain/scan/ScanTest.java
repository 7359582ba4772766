package io.sallyport.explain.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.explain.Asked;
import io.sallyport.explain.OpensslServer;
import io.sallyport.explain.RawServer;
import io.sallyport.explain.judge.DiffieHellman;
import io.sallyport.explain.judge.Finding;
import io.sallyport.explain.judge.FindingCode;
import io.sallyport.explain.judge.ProfileVerdict;
import io.sallyport.explain.judge.ScanFindings;
import io.sallyport.explain.scan.VersionScan.Order;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.RunningProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a scan finds, against servers of which it is known. */
class ScanTest {
    private final CertificateAuthority root = CertificateAuthority.create("Test Root");

    @TempDir
    private Path directory;

    @Test
    void findsExactlyTheSuitesAndGroupsOfOpenssl() {
        IssuedCertificate rsa = root.server("localhost").key(KeyKind.RSA_2048).issue();
        try (OpensslServer server = OpensslServer.start(
                directory,
                rsa,
                "-cipher",
                "ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-SHA:AES128-SHA",
                "-ciphersuites",
                "TLS_AES_256_GCM_SHA384:TLS_AES_128_CCM_SHA256",
                "-groups",
                "P-384:X448",
                "-serverpref")) {
            ScanResult scan = scan(server);

            VersionScan tls13 = version(scan, TlsVersions.TLS_1_3);
            assertThat(suites(tls13)).containsExactly("TLS_AES_256_GCM_SHA384", "TLS_AES_128_CCM_SHA256");
            assertThat(groups(tls13)).containsExactly("secp384r1", "x448");
            VersionScan tls12 = version(scan, TlsVersions.TLS_1_2);
            assertThat(suites(tls12))
                    .containsExactly(
                            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                            "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
                            "TLS_RSA_WITH_AES_128_CBC_SHA");
            assertThat(groups(tls12)).containsExactly("secp384r1", "x448");
            assertThat(tls12.order()).isEqualTo(Order.SERVER);
            assertThat(Stream.of(TlsVersions.TLS_1_1, TlsVersions.TLS_1_0, TlsVersions.SSL_3)
                            .map(old -> version(scan, old).isTaken()))
                    .containsOnly(false);
            assertThat(DiffieHellman.bits(scan.dhBytes())).isGreaterThanOrEqualTo(2048);
            assertThat(scan.incomplete()).isEmpty();
            assertThat(verdict(scan, "intermediate").beyond())
                    .containsExactlyInAnyOrder(
                            "TLS_AES_128_CCM_SHA256",
                            "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
                            "TLS_RSA_WITH_AES_128_CBC_SHA",
                            "x448");
        }
    }

    @Test
    void findsOldVersionsAndThatTheClientChooses() {
        try (OpensslServer server = OpensslServer.start(
                directory,
                root.server("localhost").issue(),
                "-cipher",
                "ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0",
                "-no_tls1_3")) {
            ScanResult scan = scan(server);

            for (int version : new int[] {TlsVersions.TLS_1_2, TlsVersions.TLS_1_1, TlsVersions.TLS_1_0}) {
                assertThat(suites(version(scan, version)))
                        .containsExactlyInAnyOrder(
                                "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA");
                assertThat(version(scan, version).order()).isEqualTo(Order.CLIENT);
            }
            assertThat(version(scan, TlsVersions.TLS_1_3).isTaken()).isFalse();
            assertThat(ScanFindings.of(scan).stream().map(Finding::code))
                    .contains(FindingCode.OLD_VERSION, FindingCode.CBC_SUITE);
        }
    }

    @Test
    void findsBrokenSuites() {
        try (OpensslServer server = OpensslServer.start(
                directory,
                root.server("localhost").issue(),
                "-cipher",
                "ECDHE-ECDSA-NULL-SHA:AECDH-AES128-SHA:@SECLEVEL=0",
                "-no_tls1_3")) {
            ScanResult scan = scan(server);

            assertThat(suites(version(scan, TlsVersions.TLS_1_2)))
                    .contains("TLS_ECDHE_ECDSA_WITH_NULL_SHA", "TLS_ECDH_anon_WITH_AES_128_CBC_SHA");
            assertThat(ScanFindings.of(scan).stream().map(Finding::code)).contains(FindingCode.BROKEN_SUITE);
        }
    }

    @ParameterizedTest
    @CsvSource({"modern, modern", "intermediate, intermediate", "old, old"})
    void ourProfilesKeepToMozillas(String profile, String strictest) {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.profile = " + profile)
                        .start()) {
            ScanResult scan = Asked.scan(Asked.of(proxy.address())
                    .trusting(proxy.authority().certificate())
                    .scan()
                    .explain());

            assertThat(ProfileVerdict.all(scan.versions()).stream()
                            .filter(ProfileVerdict::isKept)
                            .findFirst()
                            .map(ProfileVerdict::profile))
                    .as(scan.toString())
                    .hasValue(strictest);
            assertThat(verdict(scan, strictest).lacking()).isEmpty();
            assertThat(groups(version(scan, TlsVersions.TLS_1_3)))
                    .containsExactlyInAnyOrder("X25519MLKEM768", "x25519", "secp256r1", "secp384r1");
        }
    }

    @Test
    void givesUpOnAServerThatSwallowsWhatItDoesNotLike() {
        try (RawServer server = new RawServer(RawServer::readAll)) {
            ScanResult scan = Asked.scan(Asked.of(server.address())
                    .within(Duration.ofMillis(500))
                    .scan()
                    .explain());

            assertThat(scan.incomplete())
                    .hasValueSatisfying(why -> assertThat(why).contains("without an answer"));
            assertThat(scan.connections()).isLessThan(10);
            assertThat(ProfileVerdict.all(scan.versions())).isEmpty();
        }
    }

    private ScanResult scan(OpensslServer server) {
        return new Scan(server.address(), Asked.of(server.address()).request()).run();
    }

    private static VersionScan version(ScanResult scan, int version) {
        return scan.versions().stream()
                .filter(each -> each.version() == version)
                .findFirst()
                .orElseThrow();
    }

    private static ProfileVerdict verdict(ScanResult scan, String profile) {
        return ProfileVerdict.all(scan.versions()).stream()
                .filter(each -> each.profile().equals(profile))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> suites(VersionScan version) {
        return version.suites().stream().map(CipherSuites::name).toList();
    }

    private static List<String> groups(VersionScan version) {
        return version.groups().stream().map(NamedGroups::name).toList();
    }
}
