package io.sallyport.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoopThreadsTest {
    private final LoopThreads threads = new LoopThreads("loop", true);

    @Test
    void aLoopThatEndsByAnErrorIsTold() {
        Thread thread = threads.newThread(() -> {
            throw new NoClassDefFoundError("a class of a jar that is gone");
        });
        thread.setUncaughtExceptionHandler((any, error) -> {});
        thread.start();

        assertThat(threads.lost()).succeedsWithin(Duration.ofSeconds(60));
    }

    @Test
    void aLoopThatIsStoppedIsNotTold() throws InterruptedException {
        Thread thread = threads.newThread(() -> {});
        threads.stopping();
        thread.start();
        thread.join();

        assertThat(threads.lost()).isNotDone();
    }
}
