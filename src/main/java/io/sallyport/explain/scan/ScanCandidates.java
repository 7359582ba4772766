package io.sallyport.explain.scan;

import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a scan asks for: everything that a server may take from a client it shares no secret with. */
public final class ScanCandidates {
    /** Newest first. SSLv2 has another form of message, and no library that is left takes it. */
    static final List<Integer> VERSIONS = List.of(
            TlsVersions.TLS_1_3, TlsVersions.TLS_1_2, TlsVersions.TLS_1_1, TlsVersions.TLS_1_0, TlsVersions.SSL_3);

    private static final Pattern NEEDS_A_SECRET =
            Pattern.compile("PSK|SRP|KRB5|ECCPWD|SCSV|_SHA(256|384)_SHA(256|384)$");
    private static final Pattern NEEDS_TLS_1_2 = Pattern.compile("_GCM_|_CCM|_POLY1305_|_SHA256$|_SHA384$");
    private static final int NULL_WITH_NULL_NULL = 0;

    private static final List<Integer> TLS_1_3_GROUPS = codes(
            "X25519MLKEM768",
            "SecP256r1MLKEM768",
            "SecP384r1MLKEM1024",
            "MLKEM512",
            "MLKEM768",
            "MLKEM1024",
            "X25519Kyber768Draft00",
            "x25519",
            "secp256r1",
            "secp384r1",
            "secp521r1",
            "x448",
            "brainpoolP256r1tls13",
            "brainpoolP384r1tls13",
            "brainpoolP512r1tls13",
            "curveSM2",
            "ffdhe2048",
            "ffdhe3072",
            "ffdhe4096",
            "ffdhe6144",
            "ffdhe8192");

    private static final List<Integer> TLS_1_2_GROUPS = codes(
            "x25519",
            "secp256r1",
            "secp384r1",
            "secp521r1",
            "x448",
            "brainpoolP256r1",
            "brainpoolP384r1",
            "brainpoolP512r1",
            "secp256k1",
            "secp224r1",
            "secp224k1",
            "secp192r1",
            "secp192k1",
            "secp160r1",
            "secp160r2",
            "secp160k1",
            "sect571r1",
            "sect571k1",
            "sect409r1",
            "sect409k1",
            "sect283r1",
            "sect283k1",
            "sect239k1",
            "sect233r1",
            "sect233k1",
            "sect193r1",
            "sect193r2",
            "sect163r1",
            "sect163r2",
            "sect163k1");

    private ScanCandidates() {}

    /** The strong ones first, so that a server that leaves the choice to the client does not end in a weak one. */
    public static List<Integer> suites(int version) {
        return CipherSuites.all().stream()
                .boxed()
                .filter(suite -> suite != NULL_WITH_NULL_NULL && fits(version, suite))
                .sorted(Comparator.<Integer, SuiteStrength>comparing(SuiteStrength::of)
                        .thenComparing(Comparator.reverseOrder()))
                .toList();
    }

    public static List<Integer> groups(int version) {
        return version == TlsVersions.TLS_1_3 ? TLS_1_3_GROUPS : TLS_1_2_GROUPS;
    }

    private static boolean fits(int version, int suite) {
        if (version == TlsVersions.TLS_1_3 || CipherSuites.isTls13(suite)) {
            return version == TlsVersions.TLS_1_3 && CipherSuites.isTls13(suite);
        }
        String name = CipherSuites.name(suite);
        return !NEEDS_A_SECRET.matcher(name).find()
                && (version == TlsVersions.TLS_1_2
                        || !NEEDS_TLS_1_2.matcher(name).find());
    }

    private static List<Integer> codes(String... names) {
        return Stream.of(names).map(NamedGroups::code).toList();
    }
}
