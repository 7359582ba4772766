package io.sallyport.tls.spiffe;

import io.sallyport.tls.file.FileHash;
import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.x509.SpiffeId;
import java.io.ByteArrayOutputStream;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who this workload is, and whom it trusts.
 *
 * @param key of the first of {@code chain}; never shown
 * @param domains the authorities of each trust domain, the own one among them
 */
public record WorkloadIdentity(
        SpiffeId id,
        KeyAlgorithm algorithm,
        PrivateKey key,
        List<X509Certificate> chain,
        Map<String, List<X509Certificate>> domains) {

    public WorkloadIdentity {
        chain = List.copyOf(chain);
        domains = Collections.unmodifiableMap(new TreeMap<>(domains));
    }

    public Instant notAfter() {
        return chain.get(0).getNotAfter().toInstant();
    }

    /** One value for what is shown: another, once it is something else. */
    public String shown() {
        return hash(chain);
    }

    /** One value for whom it trusts. */
    public String trusted() {
        StringBuilder all = new StringBuilder();
        domains.forEach((domain, certificates) ->
                all.append(domain).append(' ').append(hash(certificates)).append('\n'));
        return FileHash.ofText(all.toString());
    }

    private static String hash(List<X509Certificate> certificates) {
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (X509Certificate each : certificates) {
                all.writeBytes(each.getEncoded());
            }
            return FileHash.of(all.toByteArray());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("it was read from this form", e);
        }
    }

    @Override
    public String toString() {
        return "WorkloadIdentity[" + id + ", until " + notAfter() + ", " + domains.keySet() + "]";
    }
}
