package io.sallyport.explain.report;

import io.sallyport.explain.judge.DiffieHellman;
import io.sallyport.explain.judge.ProfileVerdict;
import io.sallyport.explain.probe.Times;
import io.sallyport.explain.report.Ink.Colour;
import io.sallyport.explain.scan.ScanResult;
import io.sallyport.explain.scan.SuiteStrength;
import io.sallyport.explain.scan.VersionScan;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import java.util.List;
import java.util.stream.Collectors;

/** A scan for a person. */
final class ScanText {
    private static final int SUITE = 50;
    private static final int MOST_NAMES = 4;

    private final Page page;

    ScanText(Page page) {
        this.page = page;
    }

    void write(ScanResult scan) {
        page.title("scan (" + scan.connections() + " connections, " + Times.millis(scan.nanos()) + ")");
        for (VersionScan version : scan.versions()) {
            boolean old = version.version() < TlsVersions.TLS_1_2;
            page.field(
                    version.isTaken() && old ? Colour.WEAK : null,
                    TlsVersions.name(version.version()),
                    version.isTaken() ? "yes" + order(version) : "no");
            version.suites().forEach(this::writeSuite);
            if (!version.groups().isEmpty()) {
                page.field(
                        "  groups",
                        version.groups().stream().map(NamedGroups::name).collect(Collectors.joining(", ")));
            }
        }
        if (scan.dhBytes() > 0) {
            page.field("DHE", "a prime of about " + DiffieHellman.bits(scan.dhBytes()) + " bits");
        }
        List<ProfileVerdict> profiles = ProfileVerdict.all(scan.versions());
        if (!profiles.isEmpty()) {
            page.title("Mozilla's profiles");
            profiles.forEach(this::writeProfile);
        }
    }

    private void writeSuite(int suite) {
        SuiteStrength strength = SuiteStrength.of(suite);
        page.line(
                strength == SuiteStrength.STRONG ? null : Colour.WEAK,
                "    " + Page.padded(CipherSuites.name(suite), SUITE) + strength.words());
    }

    private void writeProfile(ProfileVerdict verdict) {
        String lacks = verdict.lacking().isEmpty() ? "" : "; without " + some(verdict.lacking());
        page.field(
                verdict.isKept() ? Colour.GOOD : null,
                verdict.profile() + " " + verdict.guideline(),
                verdict.isKept() ? "kept" + lacks : "not kept: takes " + some(verdict.beyond()) + lacks);
    }

    private static String order(VersionScan version) {
        return switch (version.order()) {
            case CLIENT -> ", suites in the client's order";
            case SERVER -> ", suites in the server's order";
            case NONE -> "";
        };
    }

    private static String some(List<String> names) {
        String more = names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more" : "";
        return names.stream().limit(MOST_NAMES).collect(Collectors.joining(", ")) + more;
    }
}
