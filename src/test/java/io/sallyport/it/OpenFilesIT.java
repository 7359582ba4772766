package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of a process that may open few files. */
class OpenFilesIT {
    private static final int OPEN_FILES = 64;
    private static final int CLIENTS = 150;

    @Test
    void recoversWithinSecondsAfterItRanOutOfDescriptors() {
        List<TlsClient> clients = new ArrayList<>();
        try (FakeBackend backend = FakeBackend.echo();
                ChildProxy proxy = RunningProxy.to(backend.address()).startProcessWithOpenFiles(OPEN_FILES)) {
            try (TlsClient client = TlsClient.connect(proxy)) {
                client.send("before");
                assertThat(client.readText(6)).isEqualTo("before");
            }
            for (int i = 0; i < CLIENTS; i++) {
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority());
                client.sendRaw(client.clientHello());
                clients.add(client);
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !proxy.logLines("too many open files").isEmpty());
            TlsClient served = clients.get(0);
            served.handshake();
            clients.subList(1, CLIENTS).forEach(TlsClient::reset);

            await().atMost(Duration.ofSeconds(5)).ignoreExceptions().untilAsserted(() -> {
                try (TlsClient client = TlsClient.connect(proxy)) {
                    client.send("after");
                    assertThat(client.readText(5)).isEqualTo("after");
                }
            });
            served.close();
            assertThat(proxy.metric("sallyport_accept_errors_total", "reason", "too_many_open_files"))
                    .isGreaterThanOrEqualTo(1);
            assertThat(proxy.logLines("cannot accept")).hasSize(1);
            assertThat(proxy.isAlive()).isTrue();
        }
    }

    @Test
    void clientsThatStayAreServedWhileOthersFindNoDescriptor() {
        List<TlsClient> clients = new ArrayList<>();
        try (FakeBackend backend = FakeBackend.echo();
                ChildProxy proxy = RunningProxy.to(backend.address()).startProcessWithOpenFiles(OPEN_FILES)) {
            TlsClient canary = TlsClient.connect(proxy);
            clients.add(canary);
            for (int i = 0; i < CLIENTS; i++) {
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority());
                clients.add(client);
                try {
                    client.socket().setSoTimeout(300);
                    client.handshake();
                } catch (UncheckedIOException | java.net.SocketException e) {
                    break;
                }
                canary.send("cheep");
                assertThat(canary.readText(5)).isEqualTo("cheep");
            }
            canary.send("still");
            assertThat(canary.readText(5)).isEqualTo("still");
            clients.forEach(TlsClient::close);
        }
    }
}
