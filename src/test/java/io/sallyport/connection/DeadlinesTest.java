package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.TimeoutsConfig;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** With every combination of deadlines that are on and off, each step of a connection has one. */
class DeadlinesTest {
    private static final Duration OFF = Duration.ZERO;

    static Stream<TimeoutsConfig> everyCombination() {
        return Stream.of(OFF, Duration.ofSeconds(10))
                .flatMap(handshake -> Stream.of(OFF, Duration.ofMinutes(5))
                        .flatMap(idle -> Stream.of(OFF, Duration.ofSeconds(30))
                                .flatMap(halfClose -> Stream.of(OFF, Duration.ofDays(1))
                                        .map(lifetime -> new TimeoutsConfig(handshake, idle, halfClose, lifetime)))));
    }

    @ParameterizedTest
    @MethodSource("everyCombination")
    void handshakeHasADeadline(TimeoutsConfig timeouts) {
        Duration bound = Deadlines.handshake(timeouts).time();

        assertThat(bound)
                .isEqualTo(
                        !timeouts.handshake().isZero()
                                ? timeouts.handshake()
                                : timeouts.idle().isZero() ? Deadlines.LAST_RESORT : timeouts.idle());
    }

    @ParameterizedTest
    @MethodSource("everyCombination")
    void dialHasADeadlineOfItsOwnOrThisOne(TimeoutsConfig timeouts) {
        assertThat(Deadlines.dial(Duration.ofSeconds(3), timeouts).time()).isZero();
        assertThat(Deadlines.dial(OFF, timeouts).time())
                .isEqualTo(timeouts.idle().isZero() ? Deadlines.LAST_RESORT : timeouts.idle());
    }

    @ParameterizedTest
    @MethodSource("everyCombination")
    void endHasADeadlineOrTheIdleTimeGoesOn(TimeoutsConfig timeouts) {
        Duration bound = Deadlines.end(timeouts).time();

        if (bound.isZero()) {
            assertThat(timeouts.halfClose()).isZero();
            assertThat(timeouts.idle()).isPositive();
        } else {
            assertThat(bound)
                    .isEqualTo(timeouts.halfClose().isZero() ? Deadlines.LAST_RESORT_OF_AN_END : timeouts.halfClose());
        }
    }
}
