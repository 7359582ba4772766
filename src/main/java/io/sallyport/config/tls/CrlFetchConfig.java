package io.sallyport.config.tls;

import io.sallyport.config.hocon.FilePath;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.Cidr;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Which revocation lists of a client-auth block are fetched, and how.
 *
 * @param urls what the configuration names, http or https
 * @param distributionPoints whether also those that the certificates of trusted paths name (RFC 5280 section 4.2.1.13)
 * @param refresh at the latest so long after a list was asked for it is asked for again
 * @param storage the folder where lists are kept
 * @param networks inner addresses that redirects and distribution points may lead to
 */
public record CrlFetchConfig(
        List<URI> urls, boolean distributionPoints, Duration refresh, Path storage, List<Cidr> networks) {
    static final String RULE = "a file, PEM or DER, or an http or https URL without user and fragment";

    /** Nothing is fetched. */
    public static final CrlFetchConfig NONE =
            new CrlFetchConfig(List.of(), false, Duration.ofHours(1), Path.of("crls"), List.of());

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final int HASH = 12;
    private static final int LONGEST_URL = 1024;

    public CrlFetchConfig {
        urls = List.copyOf(urls);
        networks = List.copyOf(networks);
    }

    static CrlFetchConfig read(Section section, List<URI> urls) {
        return new CrlFetchConfig(
                urls,
                section.live().bool("crl-distribution-points"),
                section.live()
                        .positiveDuration("crl-refresh", SHORTEST, "1s or more; a list has to be asked for again"),
                section.live().file("crl-storage"),
                section.live().parsedList("crl-networks", Cidr.RULE, Cidr::parse));
    }

    /** Whether nothing is fetched. */
    public boolean isEmpty() {
        return urls.isEmpty() && !distributionPoints;
    }

    /** Where the list of one of {@link #urls} is kept. */
    public Path file(URI url) {
        return storage.resolve(name(url, ""));
    }

    /** The folder of the lists that certificates name. */
    public Path points() {
        return storage.resolve("points");
    }

    /**
     * Where the list of a distribution point is kept.
     *
     * @param issuer whose list it has to be
     */
    public Path pointFile(URI url, String issuer) {
        return points().resolve(name(url, issuer));
    }

    /** Whether it is written as a URL, and not as a file. */
    static boolean isUrl(String text) {
        String start = text.toLowerCase(Locale.ROOT);
        return start.startsWith("http:") || start.startsWith("https:") || FilePath.isUrl(text);
    }

    /**
     * A URL that lists may be fetched from.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static URI url(String text) {
        try {
            URI uri = new URI(text);
            boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            // A user in it would be a secret in logs and metrics.
            if (!web
                    || uri.getHost() == null
                    || uri.getRawUserInfo() != null
                    || uri.getRawFragment() != null
                    || uri.getPort() == 0
                    || uri.getPort() > 65535
                    || text.length() > LONGEST_URL) {
                throw new IllegalArgumentException(text);
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static String name(URI url, String issuer) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest((url + "\n" + issuer).getBytes(StandardCharsets.UTF_8));
            String host = url.getHost().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "_");
            return host + "-" + HexFormat.of().formatHex(digest).substring(0, HASH) + ".crl";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
