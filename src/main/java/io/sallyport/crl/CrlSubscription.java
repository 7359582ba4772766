package io.sallyport.crl;

import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.config.value.Cidr;
import io.sallyport.tls.path.DistributionPoint;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One list that is kept fresh.
 *
 * @param name in metrics and logs
 * @param file where it is kept
 * @param issuers whose list is taken
 * @param point the certificate's that named it; null: the configuration names it
 */
record CrlSubscription(
        URI url,
        String name,
        Path file,
        Duration refresh,
        List<Cidr> networks,
        List<X509Certificate> issuers,
        @Nullable DistributionPoint point) {

    CrlSubscription {
        networks = List.copyOf(networks);
        issuers = List.copyOf(issuers);
    }

    static CrlSubscription configured(CrlFetchConfig config, URI url, List<X509Certificate> anchors) {
        return new CrlSubscription(
                url, url.toString(), config.file(url), config.refresh(), config.networks(), anchors, null);
    }

    /** Its name is the file's: a label value is nothing that a peer has sent. */
    static CrlSubscription of(CrlFetchConfig config, DistributionPoint point, Path file) {
        String name = "points/" + file.getFileName();
        return new CrlSubscription(
                point.url(), name, file, config.refresh(), config.networks(), List.of(point.issuer()), point);
    }

    /** Whether the operator has chosen the address. */
    boolean isConfigured() {
        return point == null;
    }
}
