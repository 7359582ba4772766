package io.sallyport.tls.path;

import io.sallyport.config.tls.CrlFetchConfig;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The distribution points of those paths that led to a trust anchor: told on event loops, read by who fetches. An address is
 * one that a trusted authority has signed, whoever shows the certificate.
 */
public final class SeenPoints {
    /** Of one authority there are a few; many are a fault or an attack. */
    public static final int MOST = 128;

    private final Map<Path, DistributionPoint> points = new ConcurrentHashMap<>();
    private volatile Runnable onNew = () -> {};

    /**
     * Tells of each new one.
     *
     * @param action called on the thread that saw it, and never blocks
     */
    public void onNew(Runnable action) {
        onNew = action;
    }

    /** Adds those of a path that holds. */
    public void add(CrlFetchConfig config, List<X509Certificate> path) {
        DistributionPoint.of(path).forEach(point -> {
            Path file = file(config, point);
            if (points.size() < MOST && points.putIfAbsent(file, point) == null) {
                onNew.run();
            }
        });
    }

    /** Those in one storage, by where their lists are kept. */
    public Map<Path, DistributionPoint> in(CrlFetchConfig config) {
        Map<Path, DistributionPoint> result = new LinkedHashMap<>();
        points.forEach((file, point) -> {
            if (file.startsWith(config.points())) {
                result.put(file, point);
            }
        });
        return result;
    }

    /** Where the list of a point is kept. */
    public static Path file(CrlFetchConfig config, DistributionPoint point) {
        return config.pointFile(
                point.url(), point.issuer().getSubjectX500Principal().getName());
    }

    /** Forgets them: those that are still shown come again. */
    public void clear() {
        new ArrayList<>(points.keySet()).forEach(points::remove);
    }
}
