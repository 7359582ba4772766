package io.sallyport.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.value.Cidr;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Which good handshakes are shown, and for how long. */
class TraceWishesTest {
    private static final long SECOND = 1_000_000_000L;

    private final TraceWishes wishes = new TraceWishes();
    private final InetAddress client = Cidr.parse("192.0.2.7").address();

    @Test
    void showsTheSourceThatWasAskedFor() {
        wishes.add(new TraceWish(Cidr.parse("192.0.2.0/24"), null, Duration.ofSeconds(5), 2), 0);

        assertThat(wishes.take(Cidr.parse("198.51.100.1").address(), "a.example", 1))
                .isFalse();
        assertThat(wishes.take(null, "a.example", 1)).isFalse();
        assertThat(wishes.take(client, null, 1)).isTrue();
        assertThat(wishes.take(client, null, 1)).isTrue();
        assertThat(wishes.take(client, null, 1)).isFalse();
    }

    @Test
    void showsTheNameThatWasAskedForUntilItsTimeIsOver() {
        wishes.add(new TraceWish(null, "a.example", Duration.ofSeconds(5), 100), 0);

        assertThat(wishes.take(client, "b.example", 1)).isFalse();
        assertThat(wishes.take(client, null, 1)).isFalse();
        assertThat(wishes.take(client, "a.example", 5 * SECOND - 1)).isTrue();
        assertThat(wishes.take(client, "a.example", 5 * SECOND)).isFalse();
    }

    @Test
    void takesSoManyWishesAtOnce() {
        TraceWish wish = new TraceWish(null, "a.example", Duration.ofSeconds(5), 1);
        for (int i = 0; i < TraceWishes.MOST; i++) {
            assertThat(wishes.add(wish, 0)).isTrue();
        }
        assertThat(wishes.add(wish, 0)).isFalse();

        assertThat(wishes.take(client, "a.example", 1)).isTrue();
        assertThat(wishes.add(wish, 1)).isTrue();
        assertThat(wishes.add(wish, 5 * SECOND)).isTrue();
    }
}
