package io.sallyport.tls.path;

import io.sallyport.tls.file.Findings;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The names of trust anchors that clients are told of in the CertificateRequest (RFC 5246 section 7.4.4, RFC 8446 section
 * 4.2.4), so that they choose the right certificate.
 *
 * <p>The list has a length of 16 bits, in TLS 1.3 within that of all extensions. BoringSSL fails every handshake in which it
 * does not fit; without any names a client chooses by itself.
 */
public final class AuthorityNames {
    /** Bytes of the list; the rest is for the other extensions of a CertificateRequest. */
    static final int LIMIT = 0xffff - 512;

    /** What a JDK takes of a handshake message, unless it is told otherwise (jdk.tls.maxHandshakeMessageSize). */
    private static final int JDK_LIMIT = 32 << 10;

    private static final int LENGTH_BYTES = 2;

    private AuthorityNames() {}

    public static boolean fit(List<X509Certificate> anchors) {
        return size(anchors) <= LIMIT;
    }

    /** Warns where the names are left out, and where some clients cannot take them. */
    public static void tell(List<X509Certificate> anchors, Findings findings, String where) {
        int size = size(anchors);
        String found = anchors.size() + " names of trust anchors take " + size + " bytes";
        if (size > LIMIT) {
            findings.warning(
                    where,
                    "trust-anchors",
                    found + ": clients are told of none and choose their certificate by themselves (expected: at most "
                            + LIMIT + ", or send-ca-names = off)");
        } else if (size > JDK_LIMIT) {
            findings.warning(
                    where,
                    "trust-anchors",
                    found + ": clients in Java refuse a request for a certificate above " + JDK_LIMIT
                            + " (expected: fewer anchors, or send-ca-names = off)");
        }
    }

    private static int size(List<X509Certificate> anchors) {
        return anchors.stream()
                .mapToInt(anchor ->
                        LENGTH_BYTES + anchor.getSubjectX500Principal().getEncoded().length)
                .sum();
    }
}
