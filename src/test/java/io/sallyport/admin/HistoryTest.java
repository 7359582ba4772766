package io.sallyport.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.DefaultEventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final FakeSource source = new FakeSource();
    private final DefaultEventLoop thread = new DefaultEventLoop();
    private final History history = new History(source, Duration.ofMillis(2), Duration.ofMillis(6));

    @AfterEach
    void stop() {
        thread.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void theOldestSampleIsForgotten() throws Exception {
        history.start(thread);
        await().until(() -> source.samples.get() > 10);

        assertThat(thread.submit(history::json).get())
                .isEqualTo("[{\"state\":\"fine\"},\n{\"state\":\"fine\"},\n{\"state\":\"fine\"}]\n");
    }

    @Test
    void aSampleThatFailsIsLeftOut() throws Exception {
        source.failure = new IllegalStateException("no");
        history.start(thread);
        await().until(() -> source.samples.get() > 3);

        assertThat(thread.submit(history::json).get()).isEqualTo("[]\n");
    }
}
