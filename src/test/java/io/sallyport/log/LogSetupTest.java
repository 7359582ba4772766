package io.sallyport.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.LogConfig;
import io.sallyport.config.LogConfig.Format;
import io.sallyport.config.LogConfig.Level;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogSetupTest {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.test");
    private static final Logger NETTY = LoggerFactory.getLogger("io.netty.handler.ssl.OpenSsl");

    @RegisterExtension
    private final StandardOutput out = new StandardOutput();

    @Test
    void jsonHasOneObjectALine() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.INFO, Format.JSON))) {
            LOG.atInfo()
                    .addKeyValue("listener", "https")
                    .addKeyValue("port", 8443)
                    .addKeyValue("ready", true)
                    .addKeyValue("peer", (Object) null)
                    .log("listening on {}", "a \"port\"\n");
        }

        assertThat(lines())
                .singleElement()
                .asString()
                .matches("\\{\"time\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\","
                        + "\"level\":\"info\",\"logger\":\"sallyport.test\","
                        + "\"message\":\"listening on a \\\\\"port\\\\\"\\\\n\","
                        + "\"listener\":\"https\",\"port\":8443,\"ready\":true,\"peer\":null}");
    }

    @Test
    void textIsForAPerson() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.INFO, Format.TEXT))) {
            LOG.atWarn().addKeyValue("peer", "a\u001b[31m\r\nb").log("odd");
        }

        assertThat(lines())
                .singleElement()
                .asString()
                .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} WARN  odd peer=a\\\\x1b\\[31m\\\\x0d\\\\x0ab");
    }

    @Test
    void anErrorIsOneLineWithItsCauses() {
        Exception failure = new IllegalStateException("outer", new IllegalArgumentException("in\nner"));
        for (Format format : Format.values()) {
            try (LogSetup log = LogSetup.start(new LogConfig(Level.INFO, format))) {
                LOG.atError().setCause(failure).log("failed");
            }
        }

        assertThat(lines())
                .hasSize(2)
                .allMatch(line -> line.contains("java.lang.IllegalStateException: outer,"
                        + " caused by java.lang.IllegalArgumentException: in ner"));
    }

    @Test
    void theStackIsForDebugAlone() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.DEBUG, Format.JSON))) {
            LOG.atError().setCause(new IllegalStateException("outer")).log("failed");
        }

        assertThat(lines()).singleElement().asString().contains("LogSetupTest.theStackIsForDebugAlone");
    }

    @Test
    void nettyTalksOfTroubleAlone() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.DEBUG, Format.TEXT))) {
            NETTY.info("a cipher");
            NETTY.warn("trouble");
        }

        assertThat(lines()).singleElement().asString().endsWith("trouble");
    }

    @Test
    void theLevelChangesWhileItRuns() {
        try (LogSetup log = LogSetup.start(new LogConfig(Level.ERROR, Format.TEXT))) {
            LOG.info("one");
            log.level(Level.DEBUG);
            LOG.debug("two");
            log.level(Level.OFF);
            LOG.error("three");
            NETTY.error("four");
        }

        assertThat(lines()).singleElement().asString().endsWith("two");
    }

    @Test
    void beforeAndAfterErrorsAreToldAlone() {
        LogSetup.start(new LogConfig(Level.INFO, Format.JSON)).close();
        LOG.warn("quiet");
        LOG.error("loud");

        assertThat(lines()).singleElement().asString().endsWith("ERROR loud");
    }

    @Test
    void nobodyWaitsForAReaderThatStandsStill() {
        CountDownLatch gate = new CountDownLatch(1);
        System.setOut(new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        boolean waiting = true;
                        while (waiting) {
                            try {
                                gate.await();
                                waiting = false;
                            } catch (InterruptedException e) {
                                // As a write to a pipe does, this goes on.
                            }
                        }
                    }
                },
                true,
                StandardCharsets.UTF_8));
        long start = System.nanoTime();
        try (LogSetup log = LogSetup.start(new LogConfig(Level.INFO, Format.TEXT))) {
            for (int i = 0; i < 20_000; i++) {
                LOG.info("line");
            }
        }

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        gate.countDown();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("AsyncAppender-Worker")));
    }

    private List<String> lines() {
        return out.text().lines().toList();
    }
}
