package io.sallyport.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryGuardTest {
    private static final long MIB = 1 << 20;
    private static final ConnectionMemory ONE_MIB = new ConnectionMemory(0, 0, MIB);

    @TempDir
    private Path directory;

    private Path used() {
        return directory.resolve("memory.current");
    }

    @BeforeEach
    void groupOf64MebibytesWith8InUse() throws IOException {
        Files.writeString(directory.resolve("cgroup"), "0::/\n");
        Files.writeString(directory.resolve("memory.max"), Long.toString(64 * MIB));
        Files.writeString(used(), Long.toString(8 * MIB));
        Files.writeString(directory.resolve("memory.stat"), "anon 0\n");
    }

    private MemoryGuard guard(@Nullable ControlGroup group, int places) {
        return new MemoryGuard(group, places, ONE_MIB);
    }

    private ControlGroup group() {
        return Objects.requireNonNull(ControlGroup.find(directory.resolve("cgroup"), directory));
    }

    @Test
    void asManyAreAdmittedAsThereArePlaces() {
        try (MemoryGuard guard = guard(null, 2)) {
            assertThat(guard.admits(1)).isTrue();
            assertThat(guard.admits(2)).isFalse();
        }
    }

    @Test
    void aReloadChangesTheNumberOfPlacesAndZeroIsAnyNumber() {
        try (MemoryGuard guard = guard(null, 1)) {
            guard.limit(3, ONE_MIB);
            assertThat(guard.admits(2)).isTrue();

            guard.limit(0, ONE_MIB);
            assertThat(guard.admits(1_000_000)).isTrue();
        }
    }

    @Test
    void nobodyIsAdmittedWhileTheControlGroupIsNearlyFull() throws IOException {
        try (MemoryGuard guard = guard(group(), 0)) {
            assertThat(guard.admits(0)).isTrue();

            Files.writeString(used(), Long.toString(63 * MIB));
            await().until(() -> !guard.admits(0));

            Files.writeString(used(), Long.toString(8 * MIB));
            await().until(() -> guard.admits(0));
        }
    }

    @Test
    void connectionsBetweenTwoLooksAreCountedWithTheirShare() {
        try (MemoryGuard guard = guard(group(), 0)) {
            // 64 less a sixteenth less 8 are 52 of 1 MiB; each look in between gives them anew.
            await().until(() -> {
                int admitted = 0;
                while (guard.admits(0)) {
                    admitted++;
                }
                return admitted == 52;
            });
        }
    }

    @Test
    void aControlGroupThatCannotBeReadAnyMoreRefusesNobody() throws IOException {
        Files.writeString(used(), Long.toString(63 * MIB));
        try (MemoryGuard guard = guard(group(), 0)) {
            await().until(() -> !guard.admits(0));

            Files.delete(used());
            await().until(() -> guard.admits(0));
        }
    }
}
