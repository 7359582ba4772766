package io.sallyport.explain.report;

import io.sallyport.explain.judge.DiffieHellman;
import io.sallyport.explain.judge.ProfileVerdict;
import io.sallyport.explain.probe.Times;
import io.sallyport.explain.scan.ScanResult;
import io.sallyport.explain.scan.VersionScan;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What a server takes, and which profiles of Mozilla's guideline that keeps, in a {@link JsonReport}. */
record ScanReport(
        int connections,
        @Nullable Double ms,
        boolean complete,
        List<VersionReport> versions,
        @Nullable Integer dhBits,
        List<ProfileReport> mozilla) {

    static ScanReport of(ScanResult scan) {
        return new ScanReport(
                scan.connections(),
                Times.exact(scan.nanos()),
                scan.incomplete().isEmpty(),
                scan.versions().stream().map(VersionReport::of).toList(),
                scan.dhBytes() > 0 ? DiffieHellman.bits(scan.dhBytes()) : null,
                ProfileVerdict.all(scan.versions()).stream()
                        .map(ProfileReport::of)
                        .toList());
    }

    record VersionReport(String version, boolean taken, String order, List<String> suites, List<String> groups) {
        static VersionReport of(VersionScan scan) {
            return new VersionReport(
                    TlsVersions.name(scan.version()),
                    scan.isTaken(),
                    scan.order().tag(),
                    names(scan.suites(), CipherSuites::name),
                    names(scan.groups(), NamedGroups::name));
        }

        private static List<String> names(List<Integer> codes, IntFunction<String> registry) {
            return codes.stream().map(code -> registry.apply(code)).toList();
        }
    }

    record ProfileReport(String profile, String guideline, boolean kept, List<String> beyond, List<String> lacking) {
        static ProfileReport of(ProfileVerdict verdict) {
            return new ProfileReport(
                    verdict.profile(), verdict.guideline(), verdict.isKept(), verdict.beyond(), verdict.lacking());
        }
    }
}
