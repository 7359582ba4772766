package io.sallyport.tls.trust;

import io.sallyport.config.tls.AccessRuleConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * All that the verdict about a client's certificate depends on, the time of day aside: two that are equal let in the same
 * clients.
 *
 * @param anchors digest of the trust anchors, in any order
 * @param looksUpRevocation whether hard-fail refuses who is on no list at all
 * @param awaited lists without which some are refused
 * @param crls digest of the revocation lists, in any order
 */
record ClientPolicy(
        boolean pinned,
        int maxDepth,
        CrlPolicy crlPolicy,
        List<AccessRuleConfig> allow,
        List<AccessRuleConfig> deny,
        boolean looksUpRevocation,
        List<URI> awaited,
        String anchors,
        String crls) {

    /** Reads every byte of the lists: never on an event loop. */
    static ClientPolicy of(ClientAuthConfig config, TrustAnchors anchors, Crls crls) {
        List<byte[]> certificates = new ArrayList<>();
        try {
            for (X509Certificate anchor : anchors.certificates()) {
                certificates.add(anchor.getEncoded());
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that came encoded", e);
        }
        return new ClientPolicy(
                config.mode() == Mode.PINNED,
                config.maxDepth(),
                config.crlPolicy(),
                config.allow(),
                config.deny(),
                !crls.isEmpty(),
                crls.awaited(),
                digest(certificates),
                digest(crls.encoded()));
    }

    /** SHA-256 over the SHA-256 of each, for where one ends says nothing about where the next begins. */
    private static String digest(List<byte[]> parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            List<byte[]> each =
                    new ArrayList<>(parts.stream().map(digest::digest).toList());
            each.sort(Arrays::compareUnsigned);
            each.forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
