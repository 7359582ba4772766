package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.Samples;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image's file system as a container: read-only, without capabilities, without a shell, in 128 MiB. */
class ImageIT {
    private static final long MEMORY = 128L * 1024 * 1024;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Path root = Path.of("");

    private final Dockerfile dockerfile = Dockerfile.read();
    private final CertificateAuthority authority = CertificateAuthority.create("Image");

    @TempDir
    private Path directory;

    ImageIT() throws IOException {}

    @BeforeAll
    static void assemble() throws Exception {
        Image.assumeRoot();
        root = Image.assemble();
    }

    @Test
    void servesAndStopsCleanlyWithNothingToWriteAndLittleMemory() throws Exception {
        try (FakeBackend backend = Http.backend();
                Container container = run(environment(backend), command(dockerfile.words("CMD")))) {
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), container.awaitPort("listening"));
            int admin = container.awaitPort("admin");
            for (String version : List.of(TlsClient.TLS_1_3, TlsClient.TLS_1_2)) {
                try (TlsClient client = TlsClient.open(address, authority, version)) {
                    client.handshake();
                    client.send(Http.REQUEST);
                    client.readAll();
                }
            }

            assertThat(container.status("Uid")).startsWith("65532\t65532");
            assertThat(List.of(container.status("CapPrm"), container.status("CapEff"), container.status("CapBnd")))
                    .containsOnly("0000000000000000");
            assertThat(container.status("NoNewPrivs")).isEqualTo("1");
            assertThat(container.status("NSpid")).endsWith("\t1");
            Samples metrics = Samples.parse(get(admin, "/metrics"));
            assertThat(metrics.sum("jvm_memory_max_bytes", "area", "heap")).isBetween(MEMORY * 0.20, MEMORY * 0.26);

            Map<String, String> its = new HashMap<>(environment(backend));
            its.put("SALLYPORT_ADMIN_BIND", "127.0.0.1:" + admin);
            try (Container check = container.exec(directory.resolve("check"), its, dockerfile.words("HEALTHCHECK"))) {
                assertThat(check.exitCode()).as(check.errors()).isZero();
            }

            assertThat(container.isAlive()).isTrue();
            container.terminate();
            assertThat(container.exitCode()).as(container.output()).isZero();
            assertThat(container.errors()).isEmpty();
        }
    }

    @Test
    void theHealthcheckFailsWhereNothingRuns() throws Exception {
        try (FakeBackend backend = Http.backend()) {
            Map<String, String> environment = new HashMap<>(environment(backend));
            environment.put("SALLYPORT_ADMIN_BIND", "127.0.0.1:1");
            try (Container container = run(environment, dockerfile.words("HEALTHCHECK"))) {
                assertThat(container.exitCode()).isEqualTo(1);
                assertThat(container.errors()).contains("connection refused");
            }
        }
    }

    @Test
    void withoutCertificatesTheStartFailsAndSaysWhy() throws Exception {
        try (FakeBackend backend = Http.backend()) {
            Map<String, String> environment = new HashMap<>(environment(backend));
            environment.put("SALLYPORT_KEY", "/etc/sallyport/tls/none.key");
            try (Container container = run(environment, command(dockerfile.words("CMD")))) {
                assertThat(container.exitCode()).isEqualTo(1);
                assertThat(container.errors()).contains("etc/sallyport/tls/none.key: no such file");
            }
        }
    }

    @Test
    void theCacheFitsTheImage() throws Exception {
        Run run = jvm("sallyport", "io.sallyport.cli.Main", "version");

        assertThat(run.exitCode()).as(run.text()).isZero();
        assertThat(run.output()).anyMatch(line -> line.contains("io.sallyport.cli.Main source: shared objects file"));
    }

    /** What it loads counts within the proxy's memory limit, every few seconds. */
    @Test
    void theHealthCheckHasACacheThatFitsAndLoadsLittle() throws Exception {
        Run run = jvm("healthcheck", "io.sallyport.cli.Healthcheck");

        assertThat(run.output())
                .as(run.text())
                .contains("127.0.0.1:1: connection refused")
                .anyMatch(line -> line.contains("io.sallyport.cli.Healthcheck source: shared objects file"))
                .noneMatch(line -> line.matches(".*\\b(io\\.netty|picocli|ch\\.qos\\.logback|org\\.slf4j)\\..*"));
    }

    private record Run(int exitCode, List<String> output) {
        String text() {
            return String.join("\n", output);
        }
    }

    /** As the launcher of that name; AOTMode=on ends the JVM where the cache does not fit, and the launcher would go on without it. */
    private Run jvm(String launcher, String... command) throws Exception {
        Path app = root.resolve("opt/sallyport/lib/app");
        List<String> words = new ArrayList<>(
                List.of(root.resolve("opt/sallyport/lib/runtime/bin/java").toString()));
        for (String line : Files.readAllLines(app.resolve(launcher + ".cfg"))) {
            if (line.startsWith("java-options=")) {
                words.add(line.substring("java-options=".length()).replace("$APPDIR", app.toString()));
            }
        }
        words.addAll(List.of(
                "-XX:AOTMode=on",
                "-Xlog:class+load",
                "-cp",
                app.resolve("sallyport.jar").toString()));
        words.addAll(List.of(command));
        Path output = directory.resolve("jvm");
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment()
                .put(
                        "SALLYPORT_CONFIG",
                        root.resolve("etc/sallyport/sallyport.conf").toString());
        builder.environment().put("SALLYPORT_ADMIN_BIND", "127.0.0.1:1");
        Process process = builder.start();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readAllLines(output));
    }

    /** A class of a module that the runtime lacks would be missed at the first use of it alone. */
    @Test
    void theRuntimeHasEveryModuleThatOurClassesUse() throws Exception {
        Path classes = root.resolveSibling("classes");
        String used = printed(
                Path.of(System.getProperty("java.home"), "bin", "jdeps").toString(),
                "-summary",
                "--ignore-missing-deps",
                classes.toString());
        String present =
                printed(root.resolve("opt/sallyport/lib/runtime/bin/java").toString(), "--list-modules");

        assertThat(used.lines()
                        .map(line -> line.substring(line.indexOf("-> ") + "-> ".length()))
                        .filter(module -> module.startsWith("java.") || module.startsWith("jdk.")))
                .contains("java.base")
                .allSatisfy(module -> assertThat(present).contains(module + "@"));
    }

    @Test
    void theImageHasNoShellAndNothingThatAnybodyMayChange() throws Exception {
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> all = files.toList();
            assertThat(all.stream()
                            .filter(Files::isRegularFile)
                            .filter(file ->
                                    file.getParent() != null && file.getParent().endsWith("bin"))
                            .map(root::relativize))
                    .containsExactlyInAnyOrder(
                            Path.of("opt/sallyport/bin/sallyport"),
                            Path.of("opt/sallyport/bin/healthcheck"),
                            Path.of("opt/sallyport/lib/runtime/bin/java"));
            for (Path file : all) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .matches(file.equals(root.resolve("tmp")) ? "rwxrwxrwx" : "r.{3}-.{2}-.");
            }
        }
        assertThat(root.resolve("opt/sallyport/lib/app/native")).isDirectoryContaining("regex:.*tcnative.*");
        assertThat(JarIT.natives(root.resolve("opt/sallyport/lib/app/sallyport.jar")))
                .isEmpty();
    }

    private String printed(String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("printed");
        Process process =
                new ProcessBuilder(command).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readString(output);
    }

    private Container run(Map<String, String> environment, List<String> command) throws IOException {
        Path configuration = Files.createDirectories(directory.resolve("configuration"));
        PemFiles pem = authority
                .server("localhost")
                .ip("127.0.0.1")
                .issue()
                .writePem(Files.createDirectories(configuration.resolve("tls")), "tls");
        Files.copy(root.resolve("etc/sallyport/sallyport.conf"), configuration.resolve("sallyport.conf"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(pem.key(), PosixFilePermissions.fromString("rw-r--r--"));
        return Container.run(root, MEMORY, configuration, directory.resolve("logs"), environment, command);
    }

    private List<String> command(List<String> words) throws IOException {
        List<String> command = new ArrayList<>(dockerfile.words("ENTRYPOINT"));
        command.addAll(words);
        return command;
    }

    private Map<String, String> environment(FakeBackend backend) {
        Map<String, String> environment = new HashMap<>(dockerfile.environment());
        environment.put("SALLYPORT_BIND", "127.0.0.1:0");
        environment.put("SALLYPORT_ADMIN_BIND", "127.0.0.1:0");
        environment.put("SALLYPORT_BACKEND", "127.0.0.1:" + backend.address().getPort());
        return environment;
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
