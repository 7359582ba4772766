package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code kubectl kustomize}, which needs no cluster. */
final class Kustomize {
    private Kustomize() {}

    /** What would be applied; the test is skipped where there is no kubectl. */
    static Manifests build(Path folder, Path scratch) throws IOException, InterruptedException {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, "kubectl"))),
                "no kubectl: the manifests are only parsed one by one");
        Path output = scratch.resolve("manifests.yaml");
        Path errors = scratch.resolve("errors");
        Process process = new ProcessBuilder("kubectl", "kustomize", folder.toString())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        assertThat(errors).as("warnings").isEmptyFile();
        return Manifests.parse(Files.readString(output));
    }
}
