package io.sallyport.eventloop;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says why a native library of Netty's cannot be loaded, and what helps: Netty itself says that it tried some names.
 *
 * <p>Netty looks on {@code java.library.path} first, then unpacks the library out of its jar into a folder.
 */
public final class NativeLibraries {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

    private static final String WAY_OUT = " (expected: a folder for programs, by -Dio.netty.native.workdir=FOLDER;"
            + " or the libraries of META-INF/native on -Djava.library.path)";

    private NativeLibraries() {}

    /** Why: in one line, for a person. */
    public static String problem(Throwable failure) {
        return problem(failure, folder(), mounts());
    }

    /**
     * @param failure with all that it has suppressed and was caused by
     * @param folder where libraries are unpacked
     * @param mounts the lines of {@code /proc/self/mountinfo}
     */
    static String problem(Throwable failure, Path folder, List<String> mounts) {
        List<Throwable> all = new ArrayList<>();
        collect(failure, all);
        @Nullable IOException unwritten = first(all, IOException.class, e -> !(e instanceof FileNotFoundException));
        if (unwritten != null) {
            return "it is unpacked into " + folder + ", which cannot be written: " + reason(unwritten) + WAY_OUT;
        }
        if (first(all, FileNotFoundException.class, e -> true) != null && !wasUnpacked(all, folder)) {
            return "there is none for " + System.getProperty("os.name") + " on " + System.getProperty("os.arch")
                    + " in this jar (expected: Linux with glibc on x86_64 or aarch64)";
        }
        if (isNoexec(folder, mounts)) {
            return "it is unpacked into " + folder + ", which is mounted noexec" + WAY_OUT;
        }
        // What the loader says: another C library, a function that is missing.
        @Nullable UnsatisfiedLinkError unlinked = first(all, UnsatisfiedLinkError.class, e -> isAbout(e, folder));
        Throwable cause = unlinked == null ? all.get(all.size() - 1) : unlinked;
        return firstLine(cause) + WAY_OUT;
    }

    private static Path folder() {
        return Path.of(Stream.of("io.netty.native.workdir", "io.netty.tmpdir", "java.io.tmpdir")
                .map(System::getProperty)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("/tmp"));
    }

    private static List<String> mounts() {
        try {
            return Files.readAllLines(MOUNTS, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }

    /** By the innermost mount (proc(5): the fifth field is its folder, the sixth its options). */
    private static boolean isNoexec(Path folder, List<String> mounts) {
        Path whole = folder.toAbsolutePath().normalize();
        String options = "";
        int depth = -1;
        for (String line : mounts) {
            String[] fields = line.split(" ", 7);
            if (fields.length < 7) {
                continue;
            }
            Path mounted = Path.of(fields[4]);
            if (whole.startsWith(mounted) && mounted.getNameCount() >= depth) {
                depth = mounted.getNameCount();
                options = fields[5];
            }
        }
        return List.of(options.split(",")).contains("noexec");
    }

    private static boolean wasUnpacked(List<Throwable> all, Path folder) {
        return first(all, UnsatisfiedLinkError.class, e -> isAbout(e, folder)) != null;
    }

    /** The JVM begins with the path of a library that it found and could not link. */
    private static boolean isAbout(Throwable e, Path folder) {
        return String.valueOf(e.getMessage()).startsWith(folder.toString());
    }

    private static void collect(Throwable failure, List<Throwable> all) {
        if (all.contains(failure)) {
            return;
        }
        all.add(failure);
        for (Throwable suppressed : failure.getSuppressed()) {
            collect(suppressed, all);
        }
        if (failure.getCause() != null) {
            collect(failure.getCause(), all);
        }
    }

    private static <T extends Throwable> @Nullable T first(List<Throwable> all, Class<T> type, Predicate<T> which) {
        return all.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(which)
                .findFirst()
                .orElse(null);
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException system ? system.getReason() : e.getMessage();
        return reason == null ? e.toString() : reason;
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
    }
}
