package io.sallyport.diagnosis;

import java.time.Instant;
import java.util.List;

/**
 * A certificate that a route shows, as far as clients judge it.
 *
 * @param file where it was read from
 * @param subject as RFC 2253 writes it
 * @param issuer as RFC 2253 writes it
 * @param names DNS names (wildcards as written) and IP addresses, lower case
 * @param selfIssued whether issuer and subject are the same
 * @param chainLength certificates that are sent, this one included
 * @param key decides which clients can verify it
 */
public record ShownCertificate(
        String file,
        String subject,
        String issuer,
        List<String> names,
        Instant notBefore,
        Instant notAfter,
        boolean selfIssued,
        int chainLength,
        ShownKey key) {

    public ShownCertificate {
        names = List.copyOf(names);
    }

    /** IANA names of those that its key can sign by: a client needs one of them. */
    List<String> signatureSchemes() {
        return key.schemes();
    }

    /** Whether it is for this name (RFC 6125 section 6.4.3); the name is lower case without a trailing dot. */
    public boolean isFor(String serverName) {
        int dot = serverName.indexOf('.');
        return names.contains(serverName) || (dot > 0 && names.contains("*" + serverName.substring(dot)));
    }

    public boolean isValidAt(Instant time) {
        return !time.isBefore(notBefore) && !time.isAfter(notAfter);
    }
}
