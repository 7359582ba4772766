package io.sallyport.server.generation;

import io.sallyport.metrics.Meters.CertificateExpiry;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * When what was loaded ends.
 *
 * @param certificates those in use, in order
 * @param revocationLists when each is due to be replaced, by its name
 */
public record Expiries(List<CertificateExpiry> certificates, Map<String, Instant> revocationLists) {

    static final Expiries NONE = new Expiries(List.of(), Map.of());

    /** @param kind as metrics have it */
    static Expiries of(Collection<KeyMaterial> keys, String kind, TrustAnchors anchors, Crls crls) {
        Set<CertificateExpiry> certificates = new TreeSet<>(CertificateExpiry.ORDER);
        keys.forEach(key -> certificates.add(new CertificateExpiry(key.name(), kind, key.notAfter())));
        anchors.sources()
                .forEach(source -> source.certificates()
                        .forEach(certificate -> certificates.add(new CertificateExpiry(
                                source.name(),
                                "trust_anchor",
                                certificate.getNotAfter().toInstant()))));
        Map<String, Instant> lists = new TreeMap<>();
        crls.nextUpdates().forEach(list -> lists.put(list.name(), list.time()));
        return new Expiries(List.copyOf(certificates), lists);
    }

    /** All of them, each once. */
    static Expiries all(Collection<Expiries> some) {
        Set<CertificateExpiry> certificates = new TreeSet<>(CertificateExpiry.ORDER);
        Map<String, Instant> lists = new TreeMap<>();
        some.forEach(each -> {
            certificates.addAll(each.certificates);
            lists.putAll(each.revocationLists);
        });
        return new Expiries(List.copyOf(certificates), lists);
    }
}
