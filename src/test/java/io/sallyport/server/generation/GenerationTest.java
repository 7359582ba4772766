package io.sallyport.server.generation;

import static io.sallyport.server.generation.GenerationsUnderTest.listener;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.netty.handler.ssl.OpenSsl;
import io.sallyport.backend.Backend;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.connection.ListenerVersion;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeDns;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a load leaves alone, and what a commit attaches; without a socket but that of a name server. */
final class GenerationTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final String TLS = "tls.certificates = [{ chain = a.crt, key = a.key }]";

    @TempDir
    private Path directory;

    private GenerationsUnderTest generations;

    @BeforeAll
    static void nativeLibraryComesFirst() {
        assertThat(OpenSsl.isAvailable()).isTrue();
    }

    @BeforeEach
    void writeMaterial() {
        generations = new GenerationsUnderTest(directory);
        ROOT.server("a.test").issue().writePem(directory, "a");
        ROOT.server("b.test").issue().writePem(directory, "b");
    }

    @AfterEach
    void everythingNativeIsGivenBack() {
        generations.close();
    }

    @Test
    void aLoadRegistersNothingAndACommitDoes() throws Exception {
        Set<Meter.Id> before = generations.meterIds();
        Staged staged = generations.load(listener("https", TLS));

        assertThat(generations.meterIds()).isEqualTo(before);
        assertThat(generations.contexts()).isEqualTo(1);

        generations.commit(staged, NOON);
        assertThat(generations.meterIds().stream()
                        .map(id -> id.getTag("listener"))
                        .filter(Objects::nonNull))
                .contains("https");
        assertThat(generations.meterIds().stream()
                        .map(id -> id.getTag("server"))
                        .filter(Objects::nonNull))
                .contains("127.0.0.1:1");
    }

    @Test
    void aLoadThatFailsAtItsEndLeavesNothingBehind() {
        Set<Meter.Id> before = generations.meterIds();

        assertThatThrownBy(() -> generations.load(
                        listener("https", TLS) + listener("other", TLS + ", tls.session.ticket-secret-file = none")))
                .isInstanceOf(StartException.class);
        assertThat(generations.contexts()).isZero();
        assertThat(generations.meterIds()).isEqualTo(before);
    }

    @Test
    void aLoadTellsNoServerInServiceAnAddressAndACommitDoes() throws Exception {
        try (FakeDns dns = FakeDns.knowing(60)) {
            dns.knowNothing();
            String config = "listeners.plain { bind = \"127.0.0.1:0\", backend = named }\n"
                    + "backends.named.servers = [\"pods.test:80\"]\n" + dns.setting() + "\n";
            generations.commit(generations.load(config), NOON);
            assertThat(endpoints()).isEmpty();

            dns.know(60, "127.0.2.1");
            Staged staged = generations.load(config + "log.level = warn\n");
            assertThat(endpoints()).isEmpty();
            staged.release();
            assertThat(endpoints()).isEmpty();

            generations.commit(generations.load(config + "log.level = warn\n"), NOON);
            assertThat(endpoints()).isEqualTo("[127.0.2.1:80]");
        }
    }

    @Test
    void ticketKeysAreThoseOfTheCommitThoughAnEpochBeganDuringTheLoad() throws Exception {
        Staged staged = generations.load(listener("https", TLS + ", tls.session.rotate = 1h"));

        Serving now = generations.commit(staged, NOON);

        assertThat(epoch(now)).isEqualTo(NOON.getEpochSecond() / 3600);
        assertThat(now.nextTickets(NOON)).isEqualTo(NOON.plusSeconds(3600));
        assertThat(now.needsTickets(NOON.plusSeconds(3599))).isFalse();
        assertThat(now.needsTickets(NOON.plusSeconds(3600))).isTrue();
        assertThat(now.needsTickets(NOON.minusSeconds(1))).isTrue();
        Serving later = now.withTicketsOf(NOON.plusSeconds(3600));
        assertThat(epoch(later)).isEqualTo(NOON.getEpochSecond() / 3600 + 1);
        assertThat(later.listeners()).isEqualTo(now.listeners());
        // A clock that was set back.
        assertThat(epoch(later.withTicketsOf(NOON))).isEqualTo(NOON.getEpochSecond() / 3600);
    }

    @ParameterizedTest
    @CsvSource({"2h, true", "3h, false"})
    void randomTicketKeysOutliveAReloadThatLeavesTheirRotation(String rotate, boolean kept) throws Exception {
        generations.commit(generations.load(listener("https", TLS + ", tls.session.rotate = 2h")), NOON);
        Serving first = generations.serving();

        Staged next =
                generations.load(listener("https", TLS + ", tls.session.rotate = " + rotate) + "log.level = warn\n");

        assertThat(staged(next).ticketKeys() == first.tickets().keys().get("https"))
                .isEqualTo(kept);
        next.release();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "log.level = debug",
                "drain.timeout = 1s",
                "backends.other.servers = [\"127.0.0.1:2\"]",
                "reload.max-age = 3s",
                "dns.timeout = 1s",
                "# a line that says nothing"
            })
    void aChangeThatDoesNotConcernAListenerLeavesItsVersion(String change) throws Exception {
        assertThat(version("# more\n\n" + listener("https", TLS) + change + "\n"))
                .isEqualTo(version(listener("https", TLS)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "backends.app.connect.timeout = 1s",
                "backends.app.servers = [\"127.0.0.1:2\"]",
                "listeners.https.timeouts.idle = 1s",
                "listeners.https.tls.alpn = [h2]",
                "listeners.https.tls.certificates = [{ chain = b.crt, key = b.key }]",
                "listeners.https.routes = [{ server-names = [a.test], backend = app }]"
            })
    void aChangeThatConcernsItChangesIt(String change) throws Exception {
        assertThat(version(listener("https", TLS) + change + "\n")).isNotEqualTo(version(listener("https", TLS)));
    }

    @Test
    void aRenewedCertificateChangesTheVersionOfItsListenerAlone() throws Exception {
        String config =
                listener("https", TLS) + listener("other", "tls.certificates = [{ chain = b.crt, key = b.key }]");
        Serving before = generations.commit(generations.load(config), NOON);
        ListenerVersion https = settings(before, "https").version();
        ListenerVersion other = settings(before, "other").version();

        ROOT.server("a.test").issue().writePem(directory, "a");
        Serving after = generations.commit(generations.load(config), NOON);

        assertThat(settings(after, "https").version()).isNotEqualTo(https);
        assertThat(settings(after, "other").version()).isEqualTo(other);
        assertThat(after.hasReplaced(settings(before, "https"))).isTrue();
        assertThat(after.hasReplaced(settings(before, "other"))).isFalse();
    }

    @Test
    void aListenerThatIsGoneTakesNobodyAndGoesOnToCount() throws Exception {
        Published published = new Published();
        Serving before = generations.commit(generations.load(listener("https", TLS) + listener("other", TLS)), NOON);
        published.set(before);
        Serving after = generations.commit(generations.load(listener("other", TLS)), NOON);
        published.set(after);

        assertThat(published.listener("other")).isSameAs(settings(after, "other"));
        assertThat(published.listener("https").routes().contexts()).isEmpty();
        assertThat(published.listener("https").meters())
                .isSameAs(settings(before, "https").meters());
        assertThat(after.hasReplaced(settings(before, "https"))).isTrue();
    }

    private ListenerVersion version(String config) throws Exception {
        Staged staged = generations.load(config);
        staged.release();
        return staged(staged).version();
    }

    private static ListenerSettings settings(Serving serving, String listener) {
        return Objects.requireNonNull(serving.listeners().get(listener));
    }

    private static StagedListener staged(Staged staged) {
        return Objects.requireNonNull(staged.listeners().get("https"));
    }

    private static long epoch(Serving serving) {
        return Objects.requireNonNull(serving.tickets().rings().get("https")).epoch();
    }

    private String endpoints() {
        Backend named = Objects.requireNonNull(generations.serving().backends().get("named"));
        String text = named.members().get(0).server().endpoints().toString();
        return text.equals("[]") ? "" : text;
    }
}
