package io.sallyport.eventloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlicedTasksTest {
    private static final long TASK_NANOS = 500_000;

    private final EventLoop loop = new DefaultEventLoop();
    private final SlicedTasks tasks = new SlicedTasks(loop);
    private final List<String> order = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        loop.shutdownGracefully();
    }

    @Test
    void letsTheLoopDoItsOtherWorkInBetween() {
        loop.execute(() -> {
            tasks.add(() -> {
                loop.execute(() -> order.add("other work"));
                work();
            });
            for (int i = 0; i < 20; i++) {
                tasks.add(SlicedTasksTest::work);
            }
            tasks.add(() -> order.add("last task"));
        });

        await().untilAsserted(() -> assertThat(order).containsExactly("other work", "last task"));
    }

    @Test
    void goesOnAfterATaskThatFails() {
        loop.execute(() -> {
            tasks.add(() -> {
                throw new IllegalStateException("on purpose");
            });
            tasks.add(() -> order.add("next"));
        });

        await().untilAsserted(() -> assertThat(order).containsExactly("next"));
    }

    private static void work() {
        long end = System.nanoTime() + TASK_NANOS;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
