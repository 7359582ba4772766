package io.sallyport.server.generation;

import io.sallyport.metrics.Meters.CertificateExpiry;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
        List<CertificateExpiry> certificates = new ArrayList<>(keys.size());
        keys.forEach(key -> certificates.add(new CertificateExpiry(key.name(), kind, key.notAfter())));
        anchors.sources()
                .forEach(source -> source.certificates()
                        .forEach(certificate -> certificates.add(new CertificateExpiry(
                                source.name(),
                                "trust_anchor",
                                certificate.getNotAfter().toInstant()))));
        Map<String, Instant> lists = new TreeMap<>();
        crls.nextUpdates().forEach(list -> lists.put(list.name(), list.time()));
        return new Expiries(inOrder(certificates), lists);
    }

    /** All of them, each once. */
    static Expiries all(Collection<Expiries> some) {
        List<CertificateExpiry> certificates = new ArrayList<>();
        Map<String, Instant> lists = new TreeMap<>();
        some.forEach(each -> {
            certificates.addAll(each.certificates);
            lists.putAll(each.revocationLists);
        });
        return new Expiries(inOrder(certificates), lists);
    }

    /** Each once. Thousands are in order already, as a rule, which a sort of a list finds at once. */
    private static List<CertificateExpiry> inOrder(List<CertificateExpiry> some) {
        some.sort(CertificateExpiry.ORDER);
        return List.copyOf(new LinkedHashSet<>(some));
    }
}
