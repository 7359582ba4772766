package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The image's file system, made by the script that the Dockerfile runs, in {@code target/image}. */
final class Image {
    private static final Path SCRIPT = Path.of("src", "main", "docker", "assemble");
    private static final Path JDKS = Path.of("/usr/lib/jvm");

    private Image() {}

    /** Assembles it anew from the packaged jar; the test is skipped where there is no JDK 25. */
    static Path assemble() throws IOException, InterruptedException {
        Path jdk = jdk25();
        Path jar = Path.of(Objects.requireNonNull(System.getProperty("sallyport.jar")));
        Path root = Objects.requireNonNull(jar.getParent()).resolve("image");
        delete(root);
        Path log = root.resolveSibling("image.log");
        ProcessBuilder builder = new ProcessBuilder(SCRIPT.toString(), jar.toString(), root.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SALLYPORT_") || name.startsWith("JAVA_TOOL"));
        builder.environment().put("JAVA_HOME", jdk.toString());
        Process process = builder.start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        return root;
    }

    /** The test is skipped where it cannot make a mount namespace. */
    static void assumeRoot() {
        assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "not root: the image is not run (expected: root, for a mount namespace)");
    }

    private static Path jdk25() throws IOException {
        if (Runtime.version().feature() == 25) {
            return Path.of(System.getProperty("java.home"));
        }
        if (Files.isDirectory(JDKS)) {
            try (Stream<Path> jdks = Files.list(JDKS)) {
                List<Path> found = jdks.filter(
                                jdk -> jdk.getFileName().toString().contains("25"))
                        .filter(jdk -> Files.isExecutable(jdk.resolve("bin/jpackage")))
                        .sorted()
                        .toList();
                if (!found.isEmpty()) {
                    return found.get(0);
                }
            }
        }
        return abort("no JDK 25 in " + JDKS + ": the image is not assembled");
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
