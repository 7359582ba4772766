package io.sallyport.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.accept.SourceLimiter.Admitted;
import io.sallyport.accept.SourceLimiter.Refused;
import io.sallyport.accept.SourceLimiter.Verdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceLimiterTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** As System.nanoTime may begin: anywhere. */
    private long now = Long.MIN_VALUE + 5;

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static InetAddress number(int number) {
        return address("10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255));
    }

    private SourceLimiter limiter(int connections, int rate) {
        return new SourceLimiter(connections, rate, () -> now);
    }

    private static Admitted admitted(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Admitted.class);
        return (Admitted) verdict;
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "2001:db8::1, 2001:db8::ffff:1:2:3, true",
        "2001:db8::1, 2001:db8:0:1::1, false",
        "::1, 0.0.0.0, false",
        "::1, 127.0.0.1, false",
    })
    void knowsASourceByItsAddressOrItsNetwork(String first, String second, boolean same) {
        SourceLimiter limiter = limiter(1, 0);
        admitted(limiter.enter(address(first)));

        assertThat(limiter.enter(address(second)) == Refused.CONNECTIONS).isEqualTo(same);
    }

    @Test
    void mappedAddressIsTheIpv4Source() throws Exception {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 192, 0, 2, 1};
        InetAddress ipv6 = java.net.Inet6Address.getByAddress(null, mapped, -1);
        SourceLimiter limiter = limiter(1, 0);
        admitted(limiter.enter(ipv6));

        assertThat(limiter.enter(address("192.0.2.1"))).isEqualTo(Refused.CONNECTIONS);
        assertThat(limiter.enter(address("192.0.2.2"))).isInstanceOf(Admitted.class);
    }

    @Test
    void connectionThatIsOverMakesRoomForOne() {
        SourceLimiter limiter = limiter(2, 0);
        InetAddress source = address("192.0.2.1");
        Admitted first = admitted(limiter.enter(source));
        admitted(limiter.enter(source));
        assertThat(limiter.enter(source)).isEqualTo(Refused.CONNECTIONS);

        limiter.leave(first);
        admitted(limiter.enter(source));
        assertThat(limiter.enter(source)).isEqualTo(Refused.CONNECTIONS);
    }

    @Test
    void rateIsOneSecondsWorthAtOnceAndThenOneForEachPart() {
        SourceLimiter limiter = limiter(0, 4);
        InetAddress source = address("192.0.2.1");
        for (int i = 0; i < 4; i++) {
            limiter.leave(admitted(limiter.enter(source)));
        }
        assertThat(limiter.enter(source)).isEqualTo(Refused.RATE);
        admitted(limiter.enter(address("192.0.2.2")));

        now += SECOND / 4 - 1;
        assertThat(limiter.enter(source)).isEqualTo(Refused.RATE);
        now += 1;
        admitted(limiter.enter(source));
        assertThat(limiter.enter(source)).isEqualTo(Refused.RATE);

        now += 100 * SECOND;
        for (int i = 0; i < 4; i++) {
            admitted(limiter.enter(source));
        }
        assertThat(limiter.enter(source)).isEqualTo(Refused.RATE);
    }

    @Test
    void refusedConnectionTakesNothing() {
        SourceLimiter limiter = limiter(1, 1);
        InetAddress source = address("192.0.2.1");
        Admitted only = admitted(limiter.enter(source));
        now += 10 * SECOND;
        assertThat(limiter.enter(source)).isEqualTo(Refused.CONNECTIONS);
        limiter.leave(only);

        admitted(limiter.enter(source));
    }

    @Test
    void fullTableLetsTheNewInUncountedAndForgetsNoneThatIsOpen() {
        SourceLimiter limiter = limiter(1, 0);
        List<Integer> counted = new ArrayList<>();
        int uncounted = 0;
        for (int i = 0; i < 3 * SourceLimiter.SOURCES; i++) {
            if (admitted(limiter.enter(number(i))).slot() >= 0) {
                counted.add(i);
            } else {
                uncounted++;
            }
        }

        assertThat(counted).hasSizeLessThanOrEqualTo(SourceLimiter.SOURCES);
        assertThat(uncounted).isEqualTo(3 * SourceLimiter.SOURCES - counted.size());
        assertThat(counted).allMatch(each -> limiter.enter(number(each)) == Refused.CONNECTIONS);
    }

    @Test
    void sourceThatIsQuietForLongestMakesRoom() {
        SourceLimiter limiter = limiter(10, 1);
        for (int i = 0; i < 3 * SourceLimiter.SOURCES; i++) {
            now += SECOND / 1000;
            limiter.leave(admitted(limiter.enter(number(i))));
        }

        // The last second's sources are all remembered, and none of those that were quiet for long.
        for (int i = 3 * SourceLimiter.SOURCES - 500; i < 3 * SourceLimiter.SOURCES; i++) {
            assertThat(limiter.enter(number(i))).isEqualTo(Refused.RATE);
        }
        admitted(limiter.enter(number(1)));
    }

    @Test
    void limitsCanBeChangedWhileConnectionsAreOpen() {
        SourceLimiter limiter = limiter(0, 0);
        InetAddress source = address("192.0.2.1");
        Admitted before = admitted(limiter.enter(source));
        limiter.limit(1, 0);
        Admitted counted = admitted(limiter.enter(source));
        assertThat(limiter.enter(source)).isEqualTo(Refused.CONNECTIONS);
        limiter.limit(0, 0);
        limiter.leave(before);
        limiter.leave(counted);

        limiter.limit(1, 0);
        admitted(limiter.enter(source));
        assertThat(limiter.enter(source)).isEqualTo(Refused.CONNECTIONS);
    }

    @Test
    void countIsExactOverThreads() {
        int limit = 5;
        SourceLimiter limiter = limiter(limit, 0);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(CompletableFuture.runAsync(() -> {
                for (int n = 0; n < 20_000; n++) {
                    if (limiter.enter(address("192.0.2.1")) instanceof Admitted admitted) {
                        most.accumulateAndGet(open.incrementAndGet(), Math::max);
                        open.decrementAndGet();
                        limiter.leave(admitted);
                    }
                }
            }));
        }
        threads.forEach(CompletableFuture::join);

        assertThat(most.get()).isBetween(1, limit);
        for (int i = 0; i < limit; i++) {
            admitted(limiter.enter(address("192.0.2.1")));
        }
        assertThat(limiter.enter(address("192.0.2.1"))).isEqualTo(Refused.CONNECTIONS);
    }
}
