package io.sallyport.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.testing.CapturedLog;
import io.sallyport.testing.ProxyUnderTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineWriterTest {
    @TempDir
    private Path directory;

    @Test
    void appendsRecordsInTheirOrder() throws Exception {
        Path file = directory.resolve("access.log");
        Files.writeString(file, "before\n");
        try (LineWriter<Integer> writer = LineWriter.toFile(file, LineWriterTest::render)) {
            IntStream.range(0, 1000).forEach(i -> assertThat(writer.offer(i)).isTrue());
        }

        assertThat(Files.readAllLines(file))
                .hasSize(1001)
                .startsWith("before", "{\"n\":0}")
                .endsWith("{\"n\":999}");
    }

    @Test
    void writesToStandardOutput() {
        PrintStream before = System.out;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try (LineWriter<Integer> writer = LineWriter.toStdout(LineWriterTest::render)) {
            writer.offer(1);
        } finally {
            System.setOut(before);
        }

        assertThat(captured.toString(StandardCharsets.UTF_8)).isEqualTo("{\"n\":1}\n");
    }

    @Test
    void writesWhatIsQueuedAtOnce() throws Exception {
        GatedSink sink = new GatedSink();
        try (LineWriter<Integer> writer = LineWriter.start(sink, LineWriterTest::render, 100)) {
            writer.offer(0);
            sink.entered.await();
            IntStream.range(1, 20).forEach(writer::offer);
            sink.gate.countDown();
        }

        assertThat(sink.writes).hasSize(2);
        assertThat(sink.writes.get(1).lines()).hasSize(19);
        assertThat(sink.closed).isTrue();
    }

    @Test
    void writesABacklogInPieces() throws Exception {
        GatedSink sink = new GatedSink();
        try (LineWriter<Integer> writer = LineWriter.start(sink, LineWriterTest::render, 100)) {
            writer.offer(0);
            sink.entered.await();
            IntStream.range(1, 101).forEach(writer::offer);
            sink.gate.countDown();
        }

        assertThat(sink.writes).extracting(written -> written.lines().count()).containsExactly(1L, 32L, 32L, 32L, 4L);
    }

    @Test
    void dropsAndCountsWhatDoesNotFitInsteadOfWaiting() throws Exception {
        GatedSink sink = new GatedSink();
        try (LineWriter<Integer> writer = LineWriter.start(sink, LineWriterTest::render, 10)) {
            writer.offer(0);
            sink.entered.await();

            long taken = IntStream.range(1, 101).filter(writer::offer).count();

            assertThat(taken).isEqualTo(10);
            assertThat(writer.dropped()).isEqualTo(90);
            sink.gate.countDown();
        }
    }

    @Test
    void closesInTimeAlthoughTheOutputStandsStill() throws Exception {
        GatedSink sink = new GatedSink();
        LineWriter<Integer> writer = LineWriter.start(sink, LineWriterTest::render, 10);
        writer.offer(0);
        sink.entered.await();

        long start = System.nanoTime();
        writer.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(ProxyUnderTest.PATIENCE);
        assertThat(writer.offer(1)).isFalse();
        sink.gate.countDown();
    }

    @Test
    void aRecordThatCannotBeRenderedLeavesTheOthersWhole() throws Exception {
        GatedSink sink = new GatedSink();
        sink.gate.countDown();
        try (LineWriter<Integer> writer = LineWriter.start(sink, LineWriterTest::render, 10)) {
            writer.offer(1);
            writer.offer(-1);
            writer.offer(2);
            await().until(() -> writer.dropped() == 1);
        }

        assertThat(String.join("", sink.writes)).isEqualTo("{\"n\":1}\n{\"n\":2}\n");
    }

    @Test
    void goesOnAfterAFullDisk() throws Exception {
        GatedSink sink = new GatedSink();
        sink.gate.countDown();
        sink.failing = true;
        try (LineWriter<Integer> writer = LineWriter.start(sink, LineWriterTest::render, 10)) {
            writer.offer(1);
            await().until(() -> writer.dropped() == 1);
            sink.failing = false;
            writer.offer(2);
        }

        assertThat(sink.writes).containsExactly("{\"n\":2}\n");
    }

    @Test
    void aFullDiskLosesRecordsAndNothingElse() throws Exception {
        try (LineWriter<Integer> writer = LineWriter.toFile(Path.of("/dev/full"), LineWriterTest::render)) {
            writer.offer(1);
            writer.offer(2);
            await().until(() -> writer.dropped() == 2);
        }
    }

    @Test
    void reopensUnderTheOldNameAfterARotation() throws Exception {
        Path file = directory.resolve("access.log");
        Path rotated = directory.resolve("access.log.1");
        try (LineWriter<Integer> writer = LineWriter.toFile(file, LineWriterTest::render)) {
            writer.offer(1);
            await().until(() -> Files.size(file) > 0);
            Files.move(file, rotated);
            writer.reopen();
            writer.offer(2);
        }

        assertThat(rotated).hasContent("{\"n\":1}");
        assertThat(file).hasContent("{\"n\":2}");
    }

    @Test
    void createsTheFileAtOnceWhenItIsAskedToReopen() throws Exception {
        Path file = directory.resolve("access.log");
        try (LineWriter<Integer> writer = LineWriter.toFile(file, LineWriterTest::render)) {
            Files.move(file, directory.resolve("access.log.1"));
            writer.reopen();

            await().until(() -> Files.exists(file));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writesIntoWhateverHasTheNameThoughNobodyAsks(boolean anotherIsThere) throws Exception {
        Path file = directory.resolve("access.log");
        Path rotated = directory.resolve("access.log.1");
        try (LineWriter<Integer> writer = LineWriter.toFile(file, LineWriterTest::render)) {
            writer.offer(1);
            await().until(() -> Files.size(file) > 0);
            Files.move(file, rotated);
            if (anotherIsThere) {
                Files.writeString(file, "of another\n");
            }
            writer.offer(2);
        }

        assertThat(rotated).hasContent("{\"n\":1}");
        assertThat(file).hasContent((anotherIsThere ? "of another\n" : "") + "{\"n\":2}");
    }

    @Test
    void goesOnInTheOldFileWhereTheNewOneCannotBeOpened() throws Exception {
        Path file = directory.resolve("access.log");
        Path rotated = directory.resolve("access.log.1");
        try (CapturedLog log = CapturedLog.start();
                LineWriter<Integer> writer = LineWriter.toFile(file, LineWriterTest::render)) {
            Files.move(file, rotated);
            Files.createDirectory(file);
            writer.offer(1);
            await().until(() -> Files.size(rotated) > 0);
            writer.offer(2);
            await().until(() -> Files.readAllLines(rotated).size() == 2);
            assertThat(writer.dropped()).isZero();
            assertThat(log.lines("the file was rotated and cannot be opened again: lines go on into the old one"))
                    .hasSize(1);

            Files.delete(file);
            writer.offer(3);
        }

        assertThat(file).hasContent("{\"n\":3}");
    }

    @Test
    void aPipeIsNeverOpenedAgain() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Process reader = new ProcessBuilder("cat", pipe.toString()).start();
        try (LineWriter<Integer> writer = LineWriter.toFile(pipe, LineWriterTest::render)) {
            writer.offer(1);
            writer.reopen();
            writer.offer(2);
        }

        assertThat(new String(reader.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("{\"n\":1}\n{\"n\":2}\n");
    }

    /** The configuration that is shipped, run by the real program. */
    @Test
    void noLineIsLostWhileLogrotateRenamesAndCompresses() throws Exception {
        Path file = directory.resolve("access.log");
        Path rules = Files.writeString(
                directory.resolve("logrotate.conf"),
                Files.readString(Path.of("conf/logrotate/sallyport"))
                        .replace("/var/log/sallyport/access.log", file.toString())
                        .replaceAll("systemctl .*", "true"));
        int offered = 0;
        try (LineWriter<Integer> writer = LineWriter.toFile(file, LineWriterTest::render)) {
            for (int rotation = 0; rotation < 4; rotation++) {
                Process logrotate = new ProcessBuilder(
                                "/usr/sbin/logrotate",
                                "--force",
                                "--state",
                                directory.resolve("state") + "",
                                rules + "")
                        .inheritIO()
                        .start();
                int enough = offered + 100;
                while (logrotate.isAlive() || offered < enough) {
                    offered += writer.offer(offered) ? 1 : 0;
                    Thread.onSpinWait();
                }
                assertThat(logrotate.waitFor()).isZero();
                await().until(() -> Files.exists(file));
            }
        }

        List<String> lines = new ArrayList<>();
        for (String name :
                List.of("access.log.4.gz", "access.log.3.gz", "access.log.2.gz", "access.log.1", "access.log")) {
            if (Files.exists(directory.resolve(name))) {
                lines.addAll(lines(directory.resolve(name)));
            }
        }
        assertThat(directory.resolve("access.log.2.gz")).exists();
        assertThat(lines)
                .containsExactlyElementsOf(IntStream.range(0, offered)
                        .mapToObj(i -> "{\"n\":" + i + "}")
                        .toList());
    }

    private static List<String> lines(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (file.toString().endsWith(".gz")) {
            bytes = new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
        }
        return new String(bytes, StandardCharsets.US_ASCII).lines().toList();
    }

    @Test
    void aFileThatCannotBeOpenedIsAProblemOfTheConfiguration() {
        assertThatThrownBy(() -> LineWriter.toFile(directory, LineWriterTest::render))
                .isInstanceOf(ConfigException.class)
                .hasMessage("access-log.target: \"" + directory + "\": is a directory (expected: a file)");
        Path lost = directory.resolve("none/access.log");
        assertThatThrownBy(() -> LineWriter.toFile(lost, LineWriterTest::render))
                .hasMessage("access-log.target: \"" + lost + "\": no such folder");
    }

    @Test
    void linesOfManyThreadsStayWhole() throws Exception {
        Path file = directory.resolve("access.log");
        LineWriter<Integer> writer = LineWriter.toFile(file, LineWriterTest::render);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(new Thread(() -> IntStream.range(0, 5000).forEach(writer::offer)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        writer.close();

        List<String> lines = Files.readAllLines(file);
        assertThat(lines.size() + writer.dropped()).isEqualTo(40_000);
        assertThat(lines).allMatch(line -> line.matches("\\{\"n\":\\d+}"));
    }

    /** Fails at a negative number, in the middle of its line. */
    private static void render(int number, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeFieldName("n");
        if (number < 0) {
            throw new IOException("negative");
        }
        json.writeNumber(number);
        json.writeEndObject();
    }

    private static final class GatedSink implements LineSink {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch gate = new CountDownLatch(1);
        final List<String> writes = new ArrayList<>();
        volatile boolean failing;
        volatile boolean closed;

        @Override
        public void write(byte[] lines, int length) throws IOException {
            entered.countDown();
            awaitUninterruptibly(gate);
            if (failing) {
                throw new IOException("No space left on device");
            }
            if (length > 0) {
                writes.add(new String(lines, 0, length, StandardCharsets.UTF_8));
            }
        }

        @Override
        public void reopen() {}

        @Override
        public void followName() {}

        @Override
        public void close() {
            closed = true;
        }

        private static void awaitUninterruptibly(CountDownLatch latch) {
            boolean waiting = true;
            while (waiting) {
                try {
                    latch.await();
                    waiting = false;
                } catch (InterruptedException e) {
                    // As a write to a pipe does, this goes on.
                }
            }
        }
    }
}
