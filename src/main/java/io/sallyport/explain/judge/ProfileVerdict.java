package io.sallyport.explain.judge;

import io.sallyport.explain.scan.VersionScan;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * How what a server takes compares with a profile of Mozilla's guideline.
 *
 * @param profile {@code modern}, {@code intermediate} or {@code old}
 * @param guideline the version of the guideline that has it
 * @param beyond names of what the server takes and the profile does not; empty: the server keeps to the profile
 * @param lacking names of versions and groups that the profile has and the server does not take
 */
public record ProfileVerdict(String profile, String guideline, List<String> beyond, List<String> lacking) {

    public ProfileVerdict {
        beyond = List.copyOf(beyond);
        lacking = List.copyOf(lacking);
    }

    public boolean isKept() {
        return beyond.isEmpty();
    }

    /** Against every profile, strictest first; empty when the server takes nothing at all. */
    public static List<ProfileVerdict> all(List<VersionScan> versions) {
        if (versions.stream().noneMatch(VersionScan::isTaken)) {
            return List.of();
        }
        return MozillaProfile.all().stream()
                .map(profile -> of(profile, versions))
                .toList();
    }

    private static ProfileVerdict of(MozillaProfile profile, List<VersionScan> versions) {
        List<String> beyond = new ArrayList<>();
        List<Integer> taken = versions.stream()
                .filter(VersionScan::isTaken)
                .map(VersionScan::version)
                .toList();
        addBeyond(taken, List.copyOf(profile.versions()), TlsVersions::name, beyond);
        // What a version brings along that should not be there at all is not told a second time.
        List<VersionScan> common = versions.stream()
                .filter(version -> profile.versions().contains(version.version()))
                .toList();
        List<Integer> suites = common.stream()
                .flatMap(version -> version.suites().stream())
                .distinct()
                .toList();
        addBeyond(suites, List.copyOf(profile.suites()), CipherSuites::name, beyond);
        List<Integer> groups = common.stream()
                .flatMap(version -> version.groups().stream())
                .distinct()
                .toList();
        addBeyond(groups, List.copyOf(profile.groups()), NamedGroups::name, beyond);

        List<String> lacking = new ArrayList<>();
        addBeyond(List.copyOf(profile.versions()), taken, TlsVersions::name, lacking);
        addBeyond(List.copyOf(profile.groups()), groups, NamedGroups::name, lacking);
        return new ProfileVerdict(profile.name(), profile.guideline(), beyond, lacking);
    }

    private static void addBeyond(
            List<Integer> codes, List<Integer> known, IntFunction<String> registry, List<String> names) {
        codes.stream()
                .filter(code -> !known.contains(code))
                .map(code -> registry.apply(code))
                .forEach(names::add);
    }
}
