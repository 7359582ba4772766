package io.sallyport.crl;

import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.path.DistributionPoint;
import io.sallyport.tls.path.SeenPoints;
import io.sallyport.tls.path.TrustAnchors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which lists the client-auth blocks of a configuration need. */
final class Subscriptions {
    private final SeenPoints seen;
    private final Map<String, List<X509Certificate>> domains;
    private final Map<Path, CrlSubscription> found = new LinkedHashMap<>();

    private Subscriptions(SeenPoints seen, Map<String, List<X509Certificate>> domains) {
        this.seen = seen;
        this.domains = domains;
    }

    /** Reads trust anchors and what is stored of distribution points. Blocks. */
    static Collection<CrlSubscription> of(
            List<ClientAuthConfig> blocks, SeenPoints seen, Map<String, List<X509Certificate>> domains) {
        Subscriptions subscriptions = new Subscriptions(seen, domains);
        blocks.stream().filter(block -> !block.fetchedCrls().isEmpty()).forEach(subscriptions::add);
        return subscriptions.found.values();
    }

    private void add(ClientAuthConfig block) {
        CrlFetchConfig config = block.fetchedCrls();
        List<X509Certificate> anchors = TrustAnchors.load(
                        block.trustAnchors(), block.where(), Instant.now(), new Findings(), domains)
                .certificates();
        for (URI url : config.urls()) {
            add(CrlSubscription.configured(config, url, anchors));
        }
        if (config.distributionPoints()) {
            Map<Path, DistributionPoint> points = stored(config);
            points.putAll(seen.in(config));
            points.forEach((file, point) -> {
                // A list server of an authority that nobody trusts any more is left alone.
                if (anchors.contains(point.anchor())) {
                    add(CrlSubscription.of(config, point, file));
                }
            });
        }
    }

    /** One list that two blocks name is asked for once, for the issuers of both. */
    private void add(CrlSubscription one) {
        found.merge(one.file(), one, (first, second) -> {
            List<X509Certificate> issuers = new ArrayList<>(first.issuers());
            second.issuers().stream().filter(each -> !issuers.contains(each)).forEach(issuers::add);
            return new CrlSubscription(
                    first.url(),
                    first.name(),
                    first.file(),
                    first.refresh().compareTo(second.refresh()) < 0 ? first.refresh() : second.refresh(),
                    first.networks().stream()
                            .filter(second.networks()::contains)
                            .toList(),
                    issuers,
                    first.point());
        });
    }

    private static Map<Path, DistributionPoint> stored(CrlFetchConfig config) {
        Map<Path, DistributionPoint> points = new LinkedHashMap<>();
        if (!Files.isDirectory(config.points())) {
            return points;
        }
        try (Stream<Path> files = Files.list(config.points())) {
            files.filter(file -> file.toString().endsWith(".crl"))
                    .sorted()
                    .limit(SeenPoints.MOST)
                    .forEach(file -> {
                        @Nullable
                        DistributionPoint point = new StoredCrl(file).state().point();
                        // A file that was given another name is no list of ours.
                        if (point != null && SeenPoints.file(config, point).equals(file)) {
                            points.put(file, point);
                        }
                    });
        } catch (IOException | UncheckedIOException e) {
            return points; // Whoever is shown a certificate again adds its points again.
        }
        return points;
    }
}
