package io.sallyport.tls.source;

import io.sallyport.config.tls.AcmeConfig;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.tls.file.DurableFile;
import io.sallyport.tls.file.FileHash;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The folder of an authority's account, certificates and keys. Several processes may use it at once: a file is there whole or
 * not at all.
 *
 * <pre>
 * NAME-HASH.pem            a certificate chain with its key
 * account-HASH.pem         the key of an account
 * pending/lock             held by who speaks to the authority
 * pending/NAME-HASH.order  an order under way: its URL, and the key that its certificate will have
 * pending/NAME-HASH.renew  somebody wishes that it is renewed now
 * pending/challenge-*.pem  what proves a name right now by TLS
 * pending/token-*.txt      what proves one by plain HTTP
 * </pre>
 *
 * <p>Blocks; never on an event loop.
 */
public final class AcmeStorage {
    private static final Set<PosixFilePermission> OWNER_ALONE =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
    private static final int HASH = 12;
    private static final String CHALLENGE = "challenge-";
    private static final String TOKEN = "token-";

    private final Path folder;

    public AcmeStorage(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    public Path folder() {
        return folder;
    }

    /** What the files of a certificate are called: the same in each process that is configured alike. */
    public static String id(CertificateConfig.Acme certificate) {
        List<String> names = new ArrayList<>(certificate.names());
        Collections.sort(names);
        AcmeConfig authority = certificate.authority();
        String all = authority.directory() + " " + authority.key() + " " + String.join(" ", names);
        return certificate.names().get(0).replace(':', '_') + "-"
                + FileHash.ofText(all).substring(0, HASH);
    }

    public Path certificate(CertificateConfig.Acme certificate) {
        return folder.resolve(id(certificate) + ".pem");
    }

    public Path accountKey(AcmeConfig authority) {
        return folder.resolve(
                "account-" + FileHash.ofText(authority.directory().toString()).substring(0, HASH) + ".pem");
    }

    public Path order(CertificateConfig.Acme certificate) {
        return pending().resolve(id(certificate) + ".order");
    }

    public Path wish(CertificateConfig.Acme certificate) {
        return pending().resolve(id(certificate) + ".renew");
    }

    public Path lock() {
        return pending().resolve("lock");
    }

    /**
     * What proves one name.
     *
     * @param serverName what the authority will ask for
     */
    public Path challenge(String serverName) {
        return pending().resolve(CHALLENGE + serverName + ".pem");
    }

    /** What proves a name right now, whichever process has put it there. */
    public List<Path> challenges() throws IOException {
        return pending(CHALLENGE + "*.pem");
    }

    /** The server name of one of those. */
    public static String serverName(Path challenge) {
        return between(CHALLENGE, challenge, ".pem");
    }

    /**
     * What answers a request for a token.
     *
     * @param token Base64url
     */
    public Path token(String token) {
        return pending().resolve(TOKEN + token + ".txt");
    }

    /** What answers requests right now, whichever process has put it there. */
    public List<Path> tokens() throws IOException {
        return pending(TOKEN + "*.txt");
    }

    /** The token of one of those. */
    public static String tokenOf(Path file) {
        return between(TOKEN, file, ".txt");
    }

    private static String between(String prefix, Path file, String suffix) {
        String name = file.getFileName().toString();
        return name.substring(prefix.length(), name.length() - suffix.length());
    }

    private List<Path> pending(String pattern) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(pending(), pattern)) {
            files.forEach(found::add);
        }
        return found;
    }

    /** What is wrong with the folder, for a message behind its name; empty: nothing, or it is not there. */
    public Optional<String> exposure() {
        if (!Files.exists(folder)) {
            return Optional.empty();
        }
        if (!Files.isDirectory(folder)) {
            return Optional.of("is not a folder (expected: a folder for its owner alone, as rwx------)");
        }
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
            return OWNER_ALONE.containsAll(permissions)
                    ? Optional.empty()
                    : Optional.of("others than its owner may use this folder of private keys ("
                            + PosixFilePermissions.toString(permissions) + "; expected: rwx------)");
        } catch (IOException e) {
            return Optional.of("cannot be looked at: " + e + " (expected: a folder of ours)");
        } catch (UnsupportedOperationException e) {
            return Optional.empty(); // A file system that knows no owners.
        }
    }

    /** Makes the folder where it is not there. */
    public void create() throws IOException {
        DurableFile.createFolder(folder);
        DurableFile.createFolder(pending());
    }

    /** As {@link DurableFile#write}. */
    public void write(Path file, byte[] content) throws IOException {
        DurableFile.write(file, content);
    }

    private Path pending() {
        return folder.resolve("pending");
    }
}
