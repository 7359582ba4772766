package io.sallyport.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many failed handshakes are told of. */
class FailureLimiterTest {
    private static final long WINDOW = 1_000;

    private final FailureLimiter limiter = new FailureLimiter(WINDOW, 3, 10);

    private static InetAddress address(int... bytes) throws Exception {
        byte[] address = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            address[i] = (byte) bytes[i];
        }
        return InetAddress.getByAddress(address);
    }

    private long admitted(InetAddress source, int attempts, long time) {
        return IntStream.range(0, attempts)
                .filter(attempt -> limiter.admit(source, time))
                .count();
    }

    @Test
    void oneSourceHasItsNumberInEachWindow() throws Exception {
        InetAddress source = address(192, 0, 2, 1);

        assertThat(admitted(source, 100, 5)).isEqualTo(3);
        assertThat(admitted(source, 100, WINDOW - 1)).isZero();
        assertThat(admitted(source, 100, WINDOW)).isEqualTo(3);
    }

    @Test
    void aFloodOfOneSourceLeavesTheOthersTheirs() throws Exception {
        admitted(address(192, 0, 2, 1), 1_000, 0);

        // One of the two may share its place in the table with the flood.
        assertThat(admitted(address(198, 51, 100, 7), 100, 0) + admitted(address(198, 51, 100, 8), 100, 0))
                .isPositive();
    }

    @Test
    void allTogetherHaveTheirNumber() throws Exception {
        long admitted = 0;
        for (int i = 0; i < 250; i++) {
            admitted += admitted(address(10, 0, 0, i), 2, 0);
        }

        assertThat(admitted).isEqualTo(10);
    }

    @Test
    void anIpv6NetworkCountsAsOneSource() throws Exception {
        int admitted = 0;
        for (int i = 0; i < 200; i++) {
            admitted += limiter.admit(address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, i), 0) ? 1 : 0;
        }

        assertThat(admitted).isEqualTo(3);
    }

    @Test
    void countsWhatItLeavesOut() {
        assertThat(limiter.leaveOut()).isTrue();
        assertThat(limiter.leaveOut()).isFalse();
        assertThat(limiter.takeLeftOut()).isEqualTo(2);
        assertThat(limiter.takeLeftOut()).isZero();
        assertThat(limiter.leaveOut()).isTrue();
    }
}
