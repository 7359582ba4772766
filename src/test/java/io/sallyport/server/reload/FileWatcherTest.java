package io.sallyport.server.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatcherTest {
    private final AtomicInteger looks = new AtomicInteger();

    @TempDir
    private Path folder;

    @Test
    void wakesForOthersWritesAndNotForOurOwn() throws IOException {
        Path certificate = Files.writeString(folder.resolve("tls.crt"), "old");
        Path log = Files.writeString(folder.resolve("access.log"), "");
        try (FileWatcher watcher = new FileWatcher(true, Duration.ZERO, looks::incrementAndGet)) {
            watcher.watch(Set.of(certificate), Set.of(log));
            watcher.start();

            await().pollInterval(Duration.ofMillis(10))
                    .during(Duration.ofMillis(700))
                    .until(() -> {
                        append(log);
                        return looks.get() == 0;
                    });
            Files.writeString(certificate, "new");

            await().pollInterval(Duration.ofMillis(10)).until(() -> {
                append(log);
                return looks.get() == 1;
            });
        }
    }

    @Test
    void looksAtEveryPollThoughOnlyWeWrite() throws IOException {
        Path log = Files.writeString(folder.resolve("access.log"), "");
        try (FileWatcher watcher = new FileWatcher(true, Duration.ofMillis(150), looks::incrementAndGet)) {
            watcher.watch(Set.of(folder.resolve("tls.crt")), Set.of(log));
            watcher.start();

            await().pollInterval(Duration.ofMillis(10)).until(() -> {
                append(log);
                return looks.get() >= 2;
            });
        }
        assertThat(Files.size(log)).isPositive();
    }

    private static void append(Path log) throws IOException {
        Files.writeString(log, "line\n", StandardOpenOption.APPEND);
    }
}
