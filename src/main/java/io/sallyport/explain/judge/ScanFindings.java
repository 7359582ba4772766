package io.sallyport.explain.judge;

import io.sallyport.explain.scan.ScanResult;
import io.sallyport.explain.scan.SuiteStrength;
import io.sallyport.explain.scan.VersionScan;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** What is weak about what a server takes. Used once. */
public final class ScanFindings {
    private static final int MOST_NAMES = 4;

    /** NIST SP 800-186 and RFC 9325 section 4.2.1 leave these. */
    private static final List<String> SMALL_GROUPS = List.of("sect1", "secp160", "secp192", "sect2", "secp224");

    private final List<Finding> findings = new ArrayList<>();

    public static List<Finding> of(ScanResult scan) {
        ScanFindings all = new ScanFindings();
        all.addVersions(scan);
        for (SuiteStrength strength : SuiteStrength.values()) {
            all.addSuites(scan, strength);
        }
        all.addGroups(scan);
        if (scan.dhBytes() > 0) {
            DiffieHellman.weakness(scan.dhBytes()).ifPresent(all.findings::add);
        }
        scan.incomplete()
                .ifPresent(why -> all.add(
                        FindingCode.SCAN_INCOMPLETE,
                        "the scan ended early, " + why + "; what is missing may be taken",
                        ""));
        return all.findings;
    }

    private void addVersions(ScanResult scan) {
        List<Integer> old = scan.versions().stream()
                .filter(version -> version.isTaken() && version.version() < TlsVersions.TLS_1_2)
                .map(VersionScan::version)
                .toList();
        if (!old.isEmpty()) {
            add(
                    FindingCode.OLD_VERSION,
                    "the server takes " + names(old, TlsVersions::name),
                    "Switch them off (RFC 8996)");
        }
    }

    private void addSuites(ScanResult scan, SuiteStrength strength) {
        List<Integer> suites = scan.versions().stream()
                .flatMap(version -> version.suites().stream())
                .distinct()
                .filter(suite -> SuiteStrength.of(suite) == strength)
                .toList();
        Optional<FindingCode> code = FindingCode.of(strength);
        if (code.isPresent() && !suites.isEmpty()) {
            add(
                    code.get(),
                    "the server takes suites that are weak (" + strength.words() + "): "
                            + names(suites, CipherSuites::name),
                    "Switch them off, unless old clients need them");
        }
    }

    private void addGroups(ScanResult scan) {
        List<Integer> groups = scan.versions().stream()
                .flatMap(version -> version.groups().stream())
                .distinct()
                .toList();
        List<Integer> small = groups.stream()
                .filter(group -> SMALL_GROUPS.stream().anyMatch(NamedGroups.name(group)::startsWith))
                .toList();
        if (!small.isEmpty()) {
            add(
                    FindingCode.WEAK_GROUP,
                    "the server takes small groups: " + names(small, NamedGroups::name),
                    "Switch them off");
        }
    }

    private static String names(List<Integer> codes, IntFunction<String> registry) {
        String more = codes.size() > MOST_NAMES ? " and " + (codes.size() - MOST_NAMES) + " more" : "";
        return codes.stream()
                        .limit(MOST_NAMES)
                        .map(code -> registry.apply(code))
                        .collect(Collectors.joining(", "))
                + more;
    }

    private void add(FindingCode code, String text, String fix) {
        findings.add(new Finding(code, text, fix));
    }
}
