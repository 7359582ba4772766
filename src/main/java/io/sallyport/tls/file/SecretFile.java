package io.sallyport.tls.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who may read or change a file with a secret.
 *
 * <p>Its group may: a service in a group of its own is the usual arrangement. Everybody may not, whoever owns the file and
 * wherever it lies: also a secret that Kubernetes mounts with its default mode (0644) can be read by every user in the
 * container.
 */
public final class SecretFile {
    private SecretFile() {}

    /** Warns where everybody may read or change the file; a symbolic link counts as what it leads to. */
    public static void warn(Path file, Findings.About about) {
        exposure(file).ifPresent(about::warning);
    }

    /** What is wrong, for a message behind the name of the file; empty where nothing is, or nothing can be known. */
    public static Optional<String> exposure(Path file) {
        Set<PosixFilePermission> permissions;
        try {
            permissions = Files.getPosixFilePermissions(file);
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty(); // Whoever reads the file tells why it cannot be read.
        }
        List<String> verbs = new ArrayList<>();
        if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
            verbs.add("read");
        }
        if (permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            verbs.add("change");
        }
        return verbs.isEmpty()
                ? Optional.empty()
                : Optional.of("everybody may " + String.join(" and ", verbs) + " this file ("
                        + PosixFilePermissions.toString(permissions)
                        + "; expected: a secret for its owner and its group alone, as rw-r-----)");
    }
}
