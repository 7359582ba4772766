package io.sallyport.crl;

import io.sallyport.crl.HttpFetch.Validators;
import io.sallyport.tls.file.DurableFile;
import io.sallyport.tls.file.FileHash;
import io.sallyport.tls.path.DistributionPoint;
import io.sallyport.tls.x509.CertificateParser;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A list in the storage, and in a folder beside it what is known of it. Blocks.
 *
 * <pre>
 * HOST-HASH.crl              the list, DER
 * state/HOST-HASH.crl        its URL, when it was confirmed, what its server calls it, and which certificate named it
 * points/...                 the same of lists that certificates name
 * </pre>
 */
record StoredCrl(Path file) {
    private static final String URL = "url";
    private static final String HASH = "sha256";
    private static final String ETAG = "etag";
    private static final String MODIFIED = "last-modified";
    private static final String CONFIRMED = "confirmed";
    private static final String ISSUER = "issuer";
    private static final String ANCHOR = "anchor";

    /**
     * What is known of it.
     *
     * @param hash of the list that it is about: a crash may leave it beside another
     * @param confirmed null: never
     * @param point null: the configuration names it
     */
    record State(
            String hash,
            Validators validators,
            @Nullable Instant confirmed,
            @Nullable DistributionPoint point) {
        static final State NONE = new State("", Validators.NONE, null, null);
    }

    /** The folder of the states of the lists in {@code folder}. */
    static Path states(Path folder) {
        return folder.resolve("state");
    }

    /** Empty: there is none. */
    Optional<byte[]> read() throws IOException {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Replaces it. */
    void write(byte[] list) throws IOException {
        DurableFile.createFolder(folder());
        DurableFile.write(file, list);
    }

    /** What is known; whatever cannot be read is not. */
    State state() {
        Properties values = new Properties();
        try (Reader in = Files.newBufferedReader(stateFile(), StandardCharsets.UTF_8)) {
            values.load(in);
            @Nullable String confirmed = values.getProperty(CONFIRMED);
            return new State(
                    values.getProperty(HASH, ""),
                    new Validators(values.getProperty(ETAG), values.getProperty(MODIFIED)),
                    confirmed == null ? null : Instant.parse(confirmed),
                    point(values));
        } catch (IOException | IllegalArgumentException | DateTimeException | CertificateException e) {
            return State.NONE;
        }
    }

    void write(URI url, State state) throws IOException {
        Properties values = new Properties();
        values.setProperty(URL, url.toString());
        values.setProperty(HASH, state.hash());
        set(values, ETAG, state.validators().etag());
        set(values, MODIFIED, state.validators().lastModified());
        set(values, CONFIRMED, state.confirmed());
        @Nullable DistributionPoint point = state.point();
        if (point != null) {
            values.setProperty(ISSUER, text(point.issuer()));
            values.setProperty(ANCHOR, text(point.anchor()));
        }
        StringWriter out = new StringWriter();
        values.store(out, null);
        DurableFile.createFolder(folder());
        DurableFile.createFolder(states(folder()));
        DurableFile.write(stateFile(), out.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Takes both away. */
    void delete() throws IOException {
        Files.deleteIfExists(stateFile());
        Files.deleteIfExists(file);
    }

    static String hash(byte[] list) {
        return FileHash.of(list);
    }

    private Path folder() {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    private Path stateFile() {
        return states(folder()).resolve(file.getFileName());
    }

    private static void set(Properties values, String key, @Nullable Object value) {
        if (value != null) {
            values.setProperty(key, value.toString());
        }
    }

    private static @Nullable DistributionPoint point(Properties values) throws CertificateException {
        @Nullable String issuer = values.getProperty(ISSUER);
        @Nullable String anchor = values.getProperty(ANCHOR);
        return issuer == null || anchor == null
                ? null
                : new DistributionPoint(
                        URI.create(values.getProperty(URL, "")), certificate(issuer), certificate(anchor));
    }

    private static X509Certificate certificate(String text) throws CertificateException {
        return CertificateParser.parse(Base64.getDecoder().decode(text));
    }

    private static String text(X509Certificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that came encoded", e);
        }
    }
}
