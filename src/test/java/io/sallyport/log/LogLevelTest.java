package io.sallyport.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.LogConfig;
import io.sallyport.config.LogConfig.Format;
import io.sallyport.config.LogConfig.Level;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The level of the log of this very process, changed while it runs. */
class LogLevelTest {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.test");
    private static final Duration LONG = Duration.ofHours(1);

    @RegisterExtension
    private final StandardOutput out = new StandardOutput();

    @Test
    void holdsForAWhileAndThenTheConfiguredOneIsBack() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.INFO, Format.TEXT));
                LogLevel level = new LogLevel(Level.INFO)) {
            level.change(Level.DEBUG, Duration.ofMillis(200));
            LOG.debug("meanwhile");
            assertThat(level.state().current()).isEqualTo(Level.DEBUG);
            assertThat(level.state().configured()).isEqualTo(Level.INFO);

            await().until(() -> level.state().current() == Level.INFO);
            assertThat(level.state().until()).isNull();
            LOG.debug("afterwards");
        }
        assertThat(text())
                .contains("to=debug", "meanwhile", "as configured to=info")
                .doesNotContain("afterwards");
    }

    @Test
    void theConfiguredOneEndsTheWhileAtOnce() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.INFO, Format.TEXT));
                LogLevel level = new LogLevel(Level.INFO)) {
            level.change(Level.DEBUG, LONG);
            level.change(Level.INFO, LONG);
            LOG.debug("afterwards");

            assertThat(level.state()).isEqualTo(new LogLevel.State(Level.INFO, Level.INFO, null));
        }
        assertThat(text()).doesNotContain("afterwards");
    }

    @Test
    void theLatestOfTwoChangesHolds() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.INFO, Format.TEXT));
                LogLevel level = new LogLevel(Level.INFO)) {
            Instant begin = Instant.now();
            level.change(Level.DEBUG, Duration.ofMillis(50));
            level.change(Level.WARN, LONG);
            // Long after the first would have ended.
            await().during(Duration.ofMillis(200)).until(() -> level.state().current() == Level.WARN);

            assertThat(level.state().until()).isAfterOrEqualTo(begin.plus(LONG));
        }
    }

    @Test
    void aReloadThatChangesItEndsTheWhileAndOneThatDoesNotLeavesIt() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.INFO, Format.TEXT));
                LogLevel level = new LogLevel(Level.INFO)) {
            level.change(Level.DEBUG, LONG);
            level.configure(Level.INFO);
            LOG.debug("still");
            level.configure(Level.ERROR);
            LOG.warn("no more");

            assertThat(level.state()).isEqualTo(new LogLevel.State(Level.ERROR, Level.ERROR, null));
        }
        assertThat(text()).contains("still").doesNotContain("no more");
    }

    @Test
    void aLogThatFallsSilentSaysSoFirst() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.WARN, Format.TEXT));
                LogLevel level = new LogLevel(Level.WARN)) {
            level.change(Level.OFF, LONG);
            LOG.error("unheard");
        }
        assertThat(text()).contains("the log level changes: until", "to=off").doesNotContain("unheard");
    }

    @Test
    void aFloodIsOneLineASecondButForDebug() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.INFO, Format.TEXT));
                LogLevel level = new LogLevel(Level.INFO)) {
            RateLimitedLog limited = new RateLimitedLog(LOG);
            long begin = System.nanoTime();
            for (int i = 0; i < 1000; i++) {
                limited.at(org.slf4j.event.Level.WARN).log("flood");
            }
            long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
            long told = text().lines().filter(line -> line.contains("flood")).count();
            assertThat(told).isBetween(0L, seconds + 1);

            level.change(Level.DEBUG, LONG);
            for (int i = 0; i < 10; i++) {
                limited.at(org.slf4j.event.Level.WARN).log("detail");
            }
        }
        assertThat(text().lines().filter(line -> line.contains("flood"))).isNotEmpty();
        assertThat(text().lines().filter(line -> line.contains("detail"))).hasSize(10);
        assertThat(text()).containsPattern("detail left_out=[1-9]");
    }

    private String text() {
        return out.text();
    }
}
