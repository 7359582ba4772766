package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** The jar, as it is published. */
class JarIT {
    private static final Path JAR = Path.of(Objects.requireNonNull(System.getProperty("sallyport.jar")));
    private static final String FOLDER = "META-INF/native/";

    /** What is missing would be missed on that system alone, which no test runs on. */
    @Test
    void hasTheNativePartsForEverySystemThatTheReadmeNames() throws IOException {
        assertThat(natives(JAR))
                .containsExactlyInAnyOrder(
                        "libnetty_tcnative_linux_aarch_64.so",
                        "libnetty_tcnative_linux_x86_64.so",
                        "libnetty_tcnative_osx_aarch_64.jnilib",
                        "libnetty_tcnative_osx_x86_64.jnilib",
                        "libnetty_transport_native_epoll_aarch_64.so",
                        "libnetty_transport_native_epoll_x86_64.so");
    }

    /** The file names of Netty's native libraries in a jar. */
    static List<String> natives(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return zip.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(ZipEntry::getName)
                    .filter(name -> name.startsWith(FOLDER))
                    .map(name -> name.substring(FOLDER.length()))
                    .toList();
        }
    }
}
