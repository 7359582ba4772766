package io.sallyport.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PermitLimiterTest {
    private final List<String> served = new ArrayList<>();

    private Runnable serve(String name) {
        return () -> served.add(name);
    }

    @Test
    void freedPlaceGoesToWhoWaitsLongest() {
        PermitLimiter limiter = new PermitLimiter(1);
        limiter.acquire(serve("first"));
        limiter.acquire(serve("second"));
        limiter.acquire(serve("third"));
        assertThat(served).containsExactly("first");

        limiter.release();
        assertThat(served).containsExactly("first", "second");
        assertThat(limiter.held()).isEqualTo(1);
        limiter.release();
        limiter.release();
        assertThat(served).containsExactly("first", "second", "third");
        assertThat(limiter.held()).isZero();
        assertThatThrownBy(limiter::release).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whoGivesUpIsNotServed() {
        PermitLimiter limiter = new PermitLimiter(1);
        Runnable second = serve("second");
        limiter.acquire(serve("first"));
        limiter.acquire(second);
        limiter.acquire(serve("third"));

        assertThat(limiter.cancel(second)).isTrue();
        assertThat(limiter.cancel(second)).isFalse();
        limiter.release();
        assertThat(served).containsExactly("first", "third");
    }

    @Test
    void fullQueueTakesNobody() {
        PermitLimiter limiter = new PermitLimiter(1);
        assertThat(limiter.acquire(serve("first"), 1)).isTrue();
        assertThat(limiter.acquire(serve("second"), 1)).isTrue();
        assertThat(limiter.acquire(serve("third"), 1)).isFalse();

        limiter.release();
        assertThat(limiter.acquire(serve("fourth"), 1)).isTrue();
        limiter.release();
        assertThat(served).containsExactly("first", "second", "fourth");
    }

    @Test
    void newLimitServesWhoWaitsAndTakesNothingAway() {
        PermitLimiter limiter = new PermitLimiter(1);
        for (String name : List.of("first", "second", "third")) {
            limiter.acquire(serve(name));
        }
        limiter.limit(2);
        assertThat(served).containsExactly("first", "second");
        limiter.limit(1);
        limiter.release();
        assertThat(served).hasSize(2);
        limiter.release();
        assertThat(served).hasSize(3);
        limiter.limit(0);
        assertThat(limiter.tryAcquire()).isTrue();
    }

    @Test
    void nobodyIsForgottenBetweenThreads() throws Exception {
        int each = 5000;
        int threads = 4;
        PermitLimiter limiter = new PermitLimiter(3);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(each * threads);
        for (int i = 0; i < threads; i++) {
            CompletableFuture.runAsync(() -> {
                for (int n = 0; n < each; n++) {
                    // Given back by another thread, so that no stack grows.
                    limiter.acquire(() -> {
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                        CompletableFuture.runAsync(() -> {
                            now.decrementAndGet();
                            all.countDown();
                            limiter.release();
                        });
                    });
                }
            });
        }

        all.await();
        assertThat(most.get()).isBetween(1, 3);
    }
}
