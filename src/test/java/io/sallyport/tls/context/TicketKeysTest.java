package io.sallyport.tls.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSsl;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class TicketKeysTest {
    private static final Duration ROTATE = Duration.ofHours(1);
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final byte[] SECRET = "a secret of at least thirty-two bytes".getBytes(StandardCharsets.US_ASCII);

    @BeforeAll
    static void nativeLibraryComesFirst() {
        assertThat(OpenSsl.isAvailable()).isTrue();
    }

    @Test
    void derivesTheSameKeysInEveryProcessThatKnowsTheSecret() {
        TicketKeys one = TicketKeys.derived(SECRET, ROTATE);
        TicketKeys other = TicketKeys.derived(SECRET.clone(), ROTATE);

        assertThat(one.at(NOON).keys()).hasSize(3);
        assertThat(names(one.at(NOON))).isEqualTo(names(other.at(NOON.plusSeconds(3599))));
    }

    @Test
    void takesTheKeysOfTheNeighbouringEpochs() {
        TicketKeys keys = TicketKeys.derived(SECRET, ROTATE);
        String now = names(keys.at(NOON)).get(0);

        assertThat(names(keys.at(NOON.plus(ROTATE)))).contains(now).element(0).isNotEqualTo(now);
        assertThat(names(keys.at(NOON.minus(ROTATE)))).contains(now).element(0).isNotEqualTo(now);
        assertThat(names(keys.at(NOON.plus(ROTATE.multipliedBy(2))))).doesNotContain(now);
        assertThat(names(keys.at(NOON.minus(ROTATE.multipliedBy(2))))).doesNotContain(now);
    }

    @Test
    void otherSecretsGiveOtherKeys() {
        byte[] different = SECRET.clone();
        different[0]++;

        assertThat(names(TicketKeys.derived(different, ROTATE).at(NOON)))
                .doesNotContainAnyElementsOf(
                        names(TicketKeys.derived(SECRET, ROTATE).at(NOON)));
    }

    @Test
    void randomKeysAreTakenForOneEpochMoreAndThenForgotten() {
        TicketKeys keys = TicketKeys.random(ROTATE);
        String first = names(keys.at(NOON)).get(0);

        assertThat(names(keys.at(NOON.plus(ROTATE)))).contains(first);
        keys.at(NOON.plus(ROTATE.multipliedBy(2)));
        assertThat(names(keys.at(NOON))).doesNotContain(first);
    }

    @Test
    void neverChangesTheKeyWithoutRotation() {
        TicketKeys keys = TicketKeys.random(Duration.ZERO);

        assertThat(keys.epoch(NOON)).isEqualTo(keys.epoch(NOON.plusSeconds(100_000_000)));
    }

    private static List<String> names(TicketKeys.Ring ring) {
        return ring.keys().stream()
                .map(key -> HexFormat.of().formatHex(key.name()))
                .toList();
    }
}
