package io.sallyport.crl;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.metrics.CrlMeters.FetchResult;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.ListServer;
import io.sallyport.testing.RevocationList;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One list and its server, without a thread and without a clock: what is stored after each attempt. */
final class CrlKeeperTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final CertificateAuthority IMPOSTOR = CertificateAuthority.create("Root");
    private static final Duration HOUR = Duration.ofHours(1);

    private final ListServer server = ListServer.open();
    private Instant now = Instant.now();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void storesAListAndAsksForAnotherOnlyIfThereIsOne() throws Exception {
        server.serve(list(1));
        CrlKeeper keeper = keeper();

        assertThat(keeper.begin()).isZero();
        assertThat(keeper.attempt()).isEqualTo(new CrlKeeper.Outcome(FetchResult.SUCCESS, true, HOUR));
        assertThat(keeper.attempt()).isEqualTo(new CrlKeeper.Outcome(FetchResult.UNCHANGED, false, HOUR));

        assertThat(server.conditions()).hasSize(2).element(1).isNotEqualTo("-");
        assertThat(keeper.status().number()).isEqualTo(1);
        assertThat(keeper.status().confirmed()).isEqualTo(now);
    }

    @Test
    void goesOnAfterARestartFromWhatIsStored() throws Exception {
        server.serve(list(1));
        keeper().attempt();
        CrlKeeper restarted = keeper();

        restarted.begin();
        assertThat(restarted.status().number()).isEqualTo(1);
        assertThat(restarted.attempt().result()).isEqualTo(FetchResult.UNCHANGED);
        server.serve(list(0));

        assertThat(restarted.attempt().result()).isEqualTo(FetchResult.OLDER);
    }

    @Test
    void asksWithoutConditionsWhereTheStoredListIsDamaged() throws Exception {
        server.serve(list(1));
        keeper().attempt();
        Files.write(stored(), new byte[] {0x30, 1});
        CrlKeeper restarted = keeper();

        assertThat(restarted.begin()).isZero();
        assertThat(restarted.attempt().changed()).isTrue();

        assertThat(server.conditions()).containsExactly("-", "-");
        assertThat(Files.readAllBytes(stored())).hasSizeGreaterThan(100);
    }

    @Test
    void keepsTheOldListWhateverTheServerSends() throws Exception {
        server.serve(list(7));
        CrlKeeper keeper = keeper();
        keeper.attempt();
        byte[] good = Files.readAllBytes(stored());

        server.serve(list(6));
        assertThat(keeper.attempt().result()).isEqualTo(FetchResult.OLDER);
        server.serve(IMPOSTOR.revocations().number(8));
        assertThat(keeper.attempt().result()).isEqualTo(FetchResult.UNTRUSTED);
        server.serve(new byte[] {1, 2, 3});
        assertThat(keeper.attempt().result()).isEqualTo(FetchResult.MALFORMED);
        server.serve(new byte[0]);
        assertThat(keeper.attempt().result()).isEqualTo(FetchResult.MALFORMED);
        server.status(500);
        assertThat(keeper.attempt().result()).isEqualTo(FetchResult.REFUSED);
        server.redirect("file:///etc/passwd");
        assertThat(keeper.attempt().result()).isEqualTo(FetchResult.FORBIDDEN);

        assertThat(Files.readAllBytes(stored())).isEqualTo(good);
        assertThat(keeper.status().failures()).isEqualTo(6);
        assertThat(keeper.status().number()).isEqualTo(7);
        server.serve(list(8));
        assertThat(keeper.attempt().result()).isEqualTo(FetchResult.SUCCESS);
        assertThat(keeper.status().failures()).isZero();
    }

    @Test
    void takesAListPastItsNextUpdateAndSaysSo() throws Exception {
        server.serve(list(1).expired());
        CrlKeeper keeper = keeper();

        assertThat(keeper.attempt())
                .isEqualTo(new CrlKeeper.Outcome(FetchResult.EXPIRED, true, Duration.ofSeconds(15)));
        now = now.plus(HOUR);
        assertThat(keeper.attempt().result()).isEqualTo(FetchResult.EXPIRED);
    }

    @Test
    void saysThatTheStorageCannotBeUsed() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("crls"), "a file, where the folder should be");
        server.serve(list(1));

        assertThat(keeper().attempt().result()).isEqualTo(FetchResult.STORAGE);
    }

    private static RevocationList list(long number) {
        return ROOT.revocations().number(number);
    }

    private Path stored() throws IOException {
        try (var files = Files.list(directory.resolve("crls"))) {
            return files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
    }

    private CrlKeeper keeper() {
        CrlFetchConfig config = new CrlFetchConfig(
                List.of(URI.create(server.url())), false, HOUR, directory.resolve("crls"), List.of());
        CrlSubscription wanted =
                CrlSubscription.configured(config, config.urls().get(0), List.of(ROOT.certificate()));
        return new CrlKeeper(wanted, HttpFetch.USUAL, () -> now, () -> 0);
    }
}
