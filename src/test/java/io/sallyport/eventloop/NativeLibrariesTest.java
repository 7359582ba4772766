package io.sallyport.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The folder, the reason and a way out, from what Netty throws when a library cannot be loaded. */
class NativeLibrariesTest {
    private static final Path FOLDER = Path.of("/tmp/natives");
    private static final List<String> MOUNTS = List.of(
            "21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw", "30 21 0:30 / /tmp rw,nosuid,noexec - tmpfs tmpfs rw");

    @Test
    void tellsOfAFolderThatIsMountedNoexec() {
        assertThat(NativeLibraries.problem(unlinked(), FOLDER, MOUNTS))
                .isEqualTo("it is unpacked into /tmp/natives, which is mounted noexec (expected: a folder for programs,"
                        + " by -Dio.netty.native.workdir=FOLDER; or the libraries of META-INF/native on"
                        + " -Djava.library.path)");
    }

    @Test
    void asksTheInnermostMountAlone() {
        List<String> inner = List.of(MOUNTS.get(0), MOUNTS.get(1), "31 30 0:31 / /tmp/natives rw - tmpfs tmpfs rw");

        assertThat(NativeLibraries.problem(unlinked(), FOLDER, inner))
                .startsWith("/tmp/natives/libnetty.so: undefined symbol: x (expected: ");
        assertThat(NativeLibraries.problem(unlinked(), FOLDER, List.of()))
                .startsWith("/tmp/natives/libnetty.so: undefined symbol: x (expected: ");
    }

    @Test
    void tellsOfAFolderThatCannotBeWritten() {
        assertThat(NativeLibraries.problem(
                        caused(new FileSystemException("/tmp/natives/x.so", null, "Read-only file system")),
                        FOLDER,
                        MOUNTS))
                .startsWith(
                        "it is unpacked into /tmp/natives, which cannot be written: Read-only file system (expected");
        assertThat(NativeLibraries.problem(caused(new IOException("No space left on device")), FOLDER, MOUNTS))
                .startsWith("it is unpacked into /tmp/natives, which cannot be written: No space left on device (exp");
    }

    @Test
    void tellsOfASystemThatTheJarHasNoLibraryFor() {
        assertThat(NativeLibraries.problem(caused(new FileNotFoundException("META-INF/native/x.so")), FOLDER, MOUNTS))
                .startsWith("there is none for " + System.getProperty("os.name"));
    }

    /** As Netty's loader does it: what was tried is suppressed, in one or several steps. */
    private static Throwable unlinked() {
        Throwable first = new UnsatisfiedLinkError("/tmp/natives/libnetty.so: undefined symbol: x");
        first.addSuppressed(new UnsatisfiedLinkError("no netty in java.library.path: /usr/lib"));
        Throwable second = caused(new FileNotFoundException("META-INF/native/libnetty_fedora.so"));
        Throwable all = new IllegalArgumentException("Failed to load any of the given libraries: [a, b]");
        all.addSuppressed(first);
        all.addSuppressed(second);
        return all;
    }

    private static Throwable caused(IOException cause) {
        Throwable error = new UnsatisfiedLinkError("could not load a native library: netty").initCause(cause);
        error.addSuppressed(new UnsatisfiedLinkError("no netty in java.library.path: /usr/lib"));
        return error;
    }
}
