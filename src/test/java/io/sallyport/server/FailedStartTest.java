package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ConfigSource;
import io.sallyport.config.ProxyConfig;
import io.sallyport.server.generation.StartException;
import io.sallyport.server.lifecycle.Supervisor;
import io.sallyport.server.listen.HandedOverSockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that fails in its middle, whatever it is that fails, leaves nothing that runs, listens or holds a file. */
class FailedStartTest {
    private final Set<Thread> before = threads();

    @TempDir
    private Path directory;

    @Test
    void anUnexpectedFailureLeavesNoThread() throws Exception {
        ProxyConfig config = config("\"systemd:broken\"", "\"127.0.0.1:0\"");

        assertThatThrownBy(() -> ProxyServer.start(ConfigSource.of(config), config, new Faulty()))
                .isInstanceOf(RuntimeException.class)
                .hasStackTraceContaining("the supervisor is broken");

        assertNothingRuns();
    }

    @Test
    void everyAddressThatIsTakenIsNamedAndNoThreadIsLeft() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            ProxyConfig config = config("\"unix:/proc/no.sock\"", "\"" + address + "\"");

            assertThatThrownBy(() -> ProxyServer.start(config))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("admin.bind: \"" + address + "\": the port is in use")
                    .hasMessageContaining("listeners.plain.bind: \"unix:/proc/no.sock\"");
        }
        assertNothingRuns();
    }

    @Test
    void aLogThatCannotBeOpenedLeavesNoThread() throws Exception {
        ProxyConfig config = config("\"127.0.0.1:0\"", "\"\"\n access-log.target = none/access.log");

        assertThatThrownBy(() -> ProxyServer.start(config)).hasMessageContaining("no such folder");

        assertNothingRuns();
    }

    private void assertNothingRuns() {
        await().untilAsserted(() -> {
            Set<Thread> left = threads();
            left.removeAll(before);
            assertThat(left)
                    .filteredOn(thread -> thread.getName().startsWith("sallyport"))
                    .isEmpty();
        });
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    private ProxyConfig config(String bind, String admin) throws Exception {
        return ConfigLoader.load(write("""
                sallyport {
                  listeners.plain { bind = %s, backend = app }
                  backends.app.servers = ["127.0.0.1:1"]
                  admin.bind = %s
                }
                """.formatted(bind, admin)));
    }

    private Path write(String text) {
        try {
            return Files.writeString(directory.resolve("sallyport.conf"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails where nobody expects it. */
    private static final class Faulty implements Supervisor {
        @Override
        public void onReady() {}

        @Override
        public void onReloading() {}

        @Override
        public void onStopping() {}

        @Override
        public HandedOverSockets sockets() {
            return new HandedOverSockets() {
                @Override
                public boolean any() {
                    return true;
                }

                @Override
                public int find(String name) {
                    throw new AssertionError("the supervisor is broken");
                }

                @Override
                public int take(String name) {
                    return find(name);
                }
            };
        }
    }
}
