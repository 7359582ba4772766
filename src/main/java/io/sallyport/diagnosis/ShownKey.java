package io.sallyport.diagnosis;

import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.SignatureSchemes;
import io.sallyport.handshake.iana.TlsVersions;
import java.util.List;
import java.util.stream.Stream;

/** The key of a certificate, as far as it decides which clients can verify it. */
public enum ShownKey {
    RSA(
            "RSA",
            "",
            List.of("rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"),
            List.of("rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512", "rsa_pkcs1_sha1")),
    P256("ECDSA on P-256", "secp256r1", List.of("ecdsa_secp256r1_sha256"), Ecdsa.OLDER),
    P384("ECDSA on P-384", "secp384r1", List.of("ecdsa_secp384r1_sha384"), Ecdsa.OLDER),
    P521("ECDSA on P-521", "secp521r1", List.of("ecdsa_secp521r1_sha512"), Ecdsa.OLDER),
    ED25519("Ed25519", "", List.of("ed25519"), List.of());

    /** RFC 5246 section 7.4.1.4.1: before TLS 1.3 a scheme names the hash alone, and any curve goes with it. */
    private static final class Ecdsa {
        private static final List<String> OLDER =
                List.of("ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512", "ecdsa_sha1");
    }

    private final String words;
    private final String curve;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> schemes;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> olderSchemes;

    ShownKey(String words, String curve, List<String> schemes, List<String> olderSchemes) {
        this.words = words;
        this.curve = curve;
        this.schemes = schemes;
        this.olderSchemes = olderSchemes;
    }

    /** {@code ECDSA on P-256} and the like. */
    String words() {
        return words;
    }

    /** The IANA name of the group that its curve is; empty for a key without one. */
    String curve() {
        return curve;
    }

    int curveCode() {
        return NamedGroups.code(curve);
    }

    /** IANA names of the signature schemes that it can sign by in TLS 1.3 and, behind those, in TLS 1.2 alone. */
    List<String> schemes() {
        return this == RSA
                ? Stream.concat(schemes.stream(), olderSchemes.stream().limit(3))
                        .toList()
                : schemes;
    }

    /** Whether it can sign by the scheme in TLS 1.2 (RFC 5246 section 7.4.1.4.1) or 1.3 (RFC 8446 section 4.2.3). */
    boolean signs(int scheme, int version) {
        String name = SignatureSchemes.name(scheme);
        return schemes.contains(name) || (version < TlsVersions.TLS_1_3 && olderSchemes.contains(name));
    }

    /** Whether a suite of TLS 1.2 or older, by its IANA name, goes with it. */
    boolean fits(String suite) {
        return this == RSA ? suite.contains("_RSA_WITH_") : suite.contains("_ECDSA_WITH_");
    }
}
