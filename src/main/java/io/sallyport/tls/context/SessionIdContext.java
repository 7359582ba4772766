package io.sallyport.tls.context;

import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.tls.path.TrustAnchors;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The name under which sessions are made and looked up: a session resumes only where the same clients would be let in.
 *
 * <p>RFC 8446 section 4.6.1 binds a ticket to the policy that it was issued under; CVE-2025-23419 is what happens
 * otherwise.
 *
 * @param hex a SHA-256
 */
public record SessionIdContext(String hex) {

    /**
     * SHA-256 over the listener's name, its rules for client certificates and its trust anchors in any order; the same
     * in every process with the same configuration.
     */
    public static SessionIdContext of(String listener, ClientAuthConfig clientAuth, TrustAnchors anchors) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(listener.getBytes(StandardCharsets.UTF_8));
            digest.update(("\0" + clientAuth.mode()).getBytes(StandardCharsets.UTF_8));
            List<byte[]> encoded = new ArrayList<>();
            for (X509Certificate anchor : anchors.certificates()) {
                encoded.add(anchor.getEncoded());
            }
            encoded.sort(Arrays::compareUnsigned);
            encoded.forEach(digest::update);
            return new SessionIdContext(HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** 32 bytes. */
    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }
}
