package io.sallyport.explain.judge;

import io.sallyport.explain.scan.SuiteStrength;
import java.util.Locale;
import java.util.Optional;

/** What can be wrong with a server, or worth a remark. A closed set. */
public enum FindingCode {
    /** The server's certificate signs itself, and is no trust anchor. */
    SELF_SIGNED(Severity.PROBLEM),
    /** The issuer of the last certificate was not sent, and is no trust anchor. */
    MISSING_INTERMEDIATE(Severity.PROBLEM),
    /** The chain is whole, but ends in a root that is no trust anchor. */
    UNTRUSTED_ROOT(Severity.PROBLEM),
    /** The chain breaks a rule of RFC 5280 section 6. */
    INVALID_CHAIN(Severity.PROBLEM),
    EXPIRED(Severity.PROBLEM),
    NOT_YET_VALID(Severity.PROBLEM),
    /** The certificate is for other names. */
    WRONG_NAME(Severity.PROBLEM),
    /** The certificate is not made for servers. */
    WRONG_PURPOSE(Severity.PROBLEM),
    /** The stapled OCSP response says so. */
    REVOKED(Severity.PROBLEM),

    /** The names stand in the common name alone. */
    NO_ALTERNATIVE_NAMES(Severity.WEAK),
    WRONG_ORDER(Severity.WEAK),
    NOT_PART_OF_CHAIN(Severity.WEAK),
    EXPIRES_SOON(Severity.WEAK),
    WEAK_KEY(Severity.WEAK),
    WEAK_SIGNATURE(Severity.WEAK),
    /** The certificate says that a response is always stapled, and none was. */
    MISSING_STAPLE(Severity.WEAK),
    /** The stapled response is stale, about another certificate, or unreadable. */
    BAD_STAPLE(Severity.WEAK),
    /** SSLv3, TLS 1.0 and TLS 1.1 (RFC 7568, RFC 8996). */
    OLD_VERSION(Severity.WEAK),
    NO_FORWARD_SECRECY(Severity.WEAK),
    /** CBC with MAC-then-encrypt: Lucky Thirteen and its kin. */
    CBC_SUITE(Severity.WEAK),
    /** RC4, DES, 3DES, NULL, EXPORT, anonymous, MD5. */
    BROKEN_SUITE(Severity.WEAK),
    /** Finite-field Diffie-Hellman below 2048 bits (RFC 9325 section 4.4). */
    WEAK_DH(Severity.WEAK),
    /** A curve below 224 bits of its order, or none that anybody checked. */
    WEAK_GROUP(Severity.WEAK),
    /** RFC 7627. */
    NO_EXTENDED_MASTER_SECRET(Severity.WEAK),
    /** RFC 5746. */
    NO_SECURE_RENEGOTIATION(Severity.WEAK),

    NO_TLS_1_3(Severity.NOTE),
    NO_POST_QUANTUM(Severity.NOTE),
    NO_RESUMPTION(Severity.NOTE),
    /** A HelloRetryRequest: the key shares on offer were not the ones that the server wants. */
    EXTRA_ROUND_TRIP(Severity.NOTE),
    NO_COMMON_ALPN(Severity.NOTE),
    ROOT_SENT(Severity.NOTE),
    /** The listener serves another certificate than its configuration names. */
    OTHER_CERTIFICATE(Severity.NOTE),
    SCAN_INCOMPLETE(Severity.NOTE);

    /** How bad it is. */
    public enum Severity {
        /** A client that verifies refuses the server. */
        PROBLEM,
        WEAK,
        NOTE;

        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Severity severity;

    FindingCode(Severity severity) {
        this.severity = severity;
    }

    /** What is to be said of a suite that strong. */
    static Optional<FindingCode> of(SuiteStrength strength) {
        return switch (strength) {
            case STRONG -> Optional.empty();
            case CBC -> Optional.of(CBC_SUITE);
            case NO_FORWARD_SECRECY -> Optional.of(NO_FORWARD_SECRECY);
            case BROKEN -> Optional.of(BROKEN_SUITE);
        };
    }

    public Severity severity() {
        return severity;
    }

    /** The word for it in reports. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
