package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class DockerfileTest {
    private static final Path ASSEMBLE = Path.of("src", "main", "docker", "assemble");

    private final Dockerfile dockerfile = Dockerfile.read();

    DockerfileTest() throws IOException {}

    @Test
    void signalsReachTheProcessAndNoShellIsNeeded() throws IOException {
        assertThat(dockerfile.of("FROM")).isEqualTo("scratch");
        assertThat(dockerfile.words("ENTRYPOINT")).containsExactly("/opt/sallyport/bin/sallyport");
        assertThat(dockerfile.words("CMD")).containsExactly("run");
        assertThat(dockerfile.words("HEALTHCHECK")).containsExactly("/opt/sallyport/bin/healthcheck");
        assertThat(dockerfile.of("STOPSIGNAL")).isEqualTo("SIGTERM");
    }

    /** Kubernetes' runAsNonRoot cannot judge a name. */
    @Test
    void theUserIsANumberAndNotRoot() throws IOException {
        assertThat(dockerfile.of("USER")).isEqualTo("65532:65532");
        assertThat(Files.readString(ASSEMBLE)).contains("sallyport:x:65532:65532:");
        assertThat(dockerfile.environment()).containsEntry("SALLYPORT_CONFIG", "/etc/sallyport/sallyport.conf");
    }

    @Test
    void whatIsCopiedInIsThereAndNotIgnored() throws IOException {
        List<String> ignored = Files.readAllLines(Path.of(Dockerfile.FILE + ".dockerignore"));
        Stream<String> copied = Pattern.compile("(?m)^COPY (?!--from)(.*) \\S+$")
                .matcher(Files.readString(Dockerfile.FILE))
                .results()
                .map(line -> line.group(1))
                .flatMap(sources -> Stream.of(sources.split(" ", -1)));

        assertThat(copied).isNotEmpty().allSatisfy(source -> {
            assertThat(Path.of(source)).exists();
            assertThat(ignored).anyMatch(line -> line.startsWith("!") && source.startsWith(line.substring(1)));
        });
    }

    @Test
    void theJvmsSettingsAreInOnePlace() throws IOException {
        assertThat(Files.readString(ASSEMBLE)).contains("jvm.options").doesNotContain("-Xm", "SerialGC");
        assertThat(Files.readString(Dockerfile.FILE)).doesNotContain("-X", "JAVA_OPTIONS");
    }
}
