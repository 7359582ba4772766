package io.sallyport.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.accesslog.RecentHandshakes.Entry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept of handshakes, and no more. */
class RecentHandshakesTest {
    private final RecentHandshakes recent = new RecentHandshakes();

    private static Entry entry(String listener, int bytes) {
        return new Entry(new HandshakeSummary("1", listener, null, null), new byte[bytes]);
    }

    @Test
    void keepsTheLatestNewestFirst() {
        for (int i = 0; i < 1_000; i++) {
            recent.add(entry("l" + i, 10));
        }

        List<Entry> kept = recent.newestFirst();
        assertThat(kept).hasSize(RecentHandshakes.MOST);
        assertThat(kept.get(0).shown().listener()).isEqualTo("l999");
        assertThat(kept.get(kept.size() - 1).shown().listener()).isEqualTo("l" + (1_000 - RecentHandshakes.MOST));
        assertThat(recent.bytes()).isEqualTo(10L * RecentHandshakes.MOST);
    }

    @Test
    void forgetsTheOldestWhereTheyAreTooLarge() {
        int large = RecentHandshakes.MOST_BYTES / 10;
        for (int i = 0; i < 500; i++) {
            recent.add(entry("l" + i, large));
        }

        assertThat(recent.newestFirst()).hasSize(10);
        assertThat(recent.newestFirst().get(0).shown().listener()).isEqualTo("l499");
        assertThat(recent.bytes()).isLessThanOrEqualTo(RecentHandshakes.MOST_BYTES);
    }

    @Test
    void keepsItsBoundsUnderManyWriters() throws Exception {
        List<Thread> writers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread writer = new Thread(() -> {
                for (int i = 0; i < 5_000; i++) {
                    recent.add(entry("l", 20_000));
                }
            });
            writer.start();
            writers.add(writer);
        }
        for (Thread writer : writers) {
            writer.join();
        }
        recent.add(entry("last", 20_000));

        long kept = recent.newestFirst().stream()
                .mapToLong(each -> each.json().length)
                .sum();
        assertThat(kept).isEqualTo(recent.bytes()).isBetween(20_000L, (long) RecentHandshakes.MOST_BYTES);
        assertThat(recent.newestFirst().get(0).shown().listener()).isEqualTo("last");
    }
}
