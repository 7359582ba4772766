package io.sallyport.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlGroupTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;

    @Test
    void versionTwoGivesItsLimitAndWhatCannotBeTakenBack() throws IOException {
        write("cgroup", "0::/system.slice/x.service\n");
        write("mount/system.slice/x.service/memory.max", "134217728\n");
        write("mount/system.slice/x.service/memory.current", "100000000\n");
        write(
                "mount/system.slice/x.service/memory.stat",
                "anon 1\ninactive_file 30000000\nactive_file 5000000\nslab_reclaimable 1000000\n");

        assertThat(found()).satisfies(group -> {
            assertThat(group.limit()).isEqualTo(128 * MIB);
            assertThat(group.used()).isEqualTo(64_000_000);
        });
    }

    @Test
    void versionOneBehindAMountOfItsOwnGroupIsFound() throws IOException {
        write("cgroup", "9:name=systemd:/docker/abc\n4:hugetlb,memory:/docker/abc\n0::/docker/abc\n");
        write("mount/memory/memory.limit_in_bytes", "67108864\n");
        write("mount/memory/memory.usage_in_bytes", "50000000\n");
        write("mount/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 7\ntotal_active_file 3\n");

        assertThat(found()).satisfies(group -> {
            assertThat(group.limit()).isEqualTo(64 * MIB);
            assertThat(group.used()).isEqualTo(49_999_990);
        });
    }

    @Test
    void theSmallestLimitAboveCounts() throws IOException {
        write("cgroup", "0::/pods/one\n");
        write("mount/pods/memory.max", "1048576\n");
        write("mount/pods/one/memory.max", "max\n");

        assertThat(found()).satisfies(group -> assertThat(group.limit()).isEqualTo(MIB));
    }

    @Test
    void withoutALimitThereIsNone() throws IOException {
        write("cgroup", "4:memory:/\n");
        write("mount/memory/memory.limit_in_bytes", "9223372036854771712\n");

        assertThat(ControlGroup.find(directory.resolve("cgroup"), directory.resolve("mount")))
                .isNull();
        assertThat(ControlGroup.find(directory.resolve("none"), directory.resolve("mount")))
                .isNull();
    }

    private ControlGroup found() {
        return Objects.requireNonNull(ControlGroup.find(directory.resolve("cgroup"), directory.resolve("mount")));
    }

    private void write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
