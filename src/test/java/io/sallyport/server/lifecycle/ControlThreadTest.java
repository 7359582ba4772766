package io.sallyport.server.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.testing.CapturedLog;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ControlThreadTest {
    private final ControlThread control = new ControlThread("test-control");

    @Test
    void goesOnAfterAMessageThatFails() {
        try (CapturedLog log = CapturedLog.start()) {
            control.send(() -> {
                throw new IllegalStateException("wrong");
            });

            assertThat(control.ask(answer -> answer.complete("right"), "late").join())
                    .isEqualTo("right");
            assertThat(log.lines("internal error")).hasSize(1);
        }
        control.stop();
    }

    @Test
    void whoAsksHearsOfAFailure() {
        CompletableFuture<String> answer = control.ask(
                any -> {
                    throw new IllegalStateException("wrong");
                },
                "late");

        assertThatThrownBy(answer::join).hasRootCauseMessage("wrong");
        control.stop();
    }

    @Test
    void nobodyWaitsForEverForAnAnswerThatDoesNotCome() {
        CompletableFuture<String> unanswered = control.ask(answer -> {}, "late");
        control.stop();

        assertThat(unanswered.join()).isEqualTo("late");
        assertThat(control.ask(answer -> answer.complete("right"), "late").join())
                .isEqualTo("late");
    }
}
