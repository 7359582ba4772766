package io.sallyport.server.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.DrainConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The steps of an orderly stop, with connections that end when the test says so. */
class DrainStepsTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final ControlThread control = new ControlThread("test-control");
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> empty = new CompletableFuture<>();
    private final Drain drain = new Drain(
            control,
            () -> events.add("closed"),
            () -> {
                events.add("waits");
                return empty;
            },
            finished -> events.add(finished ? "finished" : "cut"));

    @AfterEach
    void stop() {
        control.stop();
    }

    @Test
    void listenersCloseAfterTheDelayAndItEndsWithTheLastConnection() {
        begin(SHORT, LONG);

        awaitEvents("closed", "waits");
        empty.complete(null);
        awaitEvents("closed", "waits", "finished");
    }

    @Test
    void theRestIsCutAtTheTimeout() {
        begin(Duration.ZERO, SHORT);

        awaitEvents("closed", "waits", "cut");
    }

    @Test
    void withoutATimeoutConnectionsTakeAsLongAsTheyTake() {
        begin(Duration.ZERO, Duration.ZERO);

        await().during(Duration.ofMillis(300)).until(() -> !events.contains("cut"));
        empty.complete(null);
        awaitEvents("closed", "waits", "finished");
    }

    @Test
    void askingAgainChangesNothing() {
        begin(Duration.ZERO, LONG);
        begin(Duration.ZERO, SHORT);
        awaitEvents("closed", "waits");

        empty.complete(null);
        begin(Duration.ZERO, SHORT);
        awaitEvents("closed", "waits", "finished");
    }

    @Test
    void aSecondSignalEndsTheDelayAndTheWaiting() {
        begin(LONG, LONG);
        control.send(drain::cutShort);

        awaitEvents("closed", "waits", "cut");
    }

    @Test
    void whereNothingIsOpenNothingIsCut() {
        empty.complete(null);
        control.send(drain::cutShort);

        awaitEvents("closed", "waits", "finished");
        control.send(drain::cutShort);
        awaitEvents("closed", "waits", "finished");
    }

    private void begin(Duration delay, Duration timeout) {
        control.send(() -> drain.begin(new DrainConfig(delay, timeout)));
    }

    /** These, and after one more message no other. */
    private void awaitEvents(String... expected) {
        await().untilAsserted(() -> assertThat(events).containsExactly(expected));
        control.ask(answer -> answer.complete(true), false).join();
        assertThat(events).containsExactly(expected);
    }
}
