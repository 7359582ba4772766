package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people ask of certificates that an authority issues, without a proxy that runs. */
final class AcmeCommandTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(directory.resolve("x.conf"), """
                sallyport {
                  acme.lan { directory = "https://127.0.0.1:1/dir", agree-terms = on }
                  listeners.https { bind = "127.0.0.1:0", backend = app
                    tls.certificates = [ { acme = lan, names = [a.test, b.test] } ] }
                  backends.app.servers = ["127.0.0.1:1"]
                }
                """);
    }

    private Outcome run(String... arguments) {
        return Outcome.of((Object[]) Stream.concat(Stream.of(arguments), Stream.of("-c", file.toString()))
                .toArray(String[]::new));
    }

    private List<String> pending() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("acme/pending"))) {
            return files.map(each -> each.getFileName().toString()).toList();
        }
    }

    @Test
    void statusTellsWhatIsInTheStorage() {
        Outcome outcome = run("acme", "status");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("a.test b.test: none yet, from lan by tls-alpn-01 (");
        assertThat(directory.resolve("acme")).doesNotExist();
    }

    @Test
    void renewLeavesAWishInTheStorage() throws IOException {
        Outcome outcome = run("acme", "renew", "b.test");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).containsExactly("b.test: asked for");
        assertThat(pending()).hasSize(1).first().asString().matches("a\\.test-[0-9a-f]{12}\\.renew");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("acme"))))
                .isEqualTo("rwx------");
    }

    @Test
    void renewOfANameThatNobodyOrderedIsRefused() {
        Outcome outcome = run("acme", "renew", "c.test");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .containsExactly(
                        "c.test: no certificate with this name is ordered (expected: one of [a.test, b.test])");
    }

    @Test
    void checkProvesStorageAndAccountWithoutAsking() throws IOException {
        assertThat(run("check").exitCode()).isZero();

        Path storage = Files.createDirectory(
                directory.resolve("acme"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertThat(run("acme", "renew", "a.test").exitCode()).isZero();
        assertThat(run("check").exitCode()).isZero();

        Files.setPosixFilePermissions(storage, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(run("check").err()).first().asString().contains("others than its owner may use this folder");
    }

    @Test
    void checkReadsTheKeyOfTheExternalAccountAndNeverShowsIt() throws IOException {
        Files.writeString(
                file,
                Files.readString(file)
                        .replace(
                                "agree-terms = on",
                                "agree-terms = on, external-account { key-id = k, hmac-key-file = hmac }"));
        assertThat(run("check").err()).first().asString().contains("hmac: no such file");

        Files.writeString(directory.resolve("hmac"), "not*base64url*secret");
        assertThat(run("check").err())
                .anySatisfy(line -> assertThat(line).contains("not Base64url"))
                .noneSatisfy(line -> assertThat(line).contains("secret"));

        Files.writeString(directory.resolve("hmac"), "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ1Njc4OTA\n");
        assertThat(run("check").exitCode()).isZero();
    }
}
