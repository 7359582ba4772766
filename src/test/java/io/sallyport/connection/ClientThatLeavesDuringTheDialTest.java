package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.FullListener;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection ends once, however its client leaves while the server is dialled, and whatever becomes of the dial. */
class ClientThatLeavesDuringTheDialTest {
    private static final byte[] REQUEST = "request".getBytes(StandardCharsets.UTF_8);

    private enum Leaving {
        CLOSE_NOTIFY(TlsClient::sendCloseNotify),
        CLOSE_NOTIFY_AND_FIN(client -> {
            client.sendCloseNotify();
            client.sendFin();
        }),
        FIN(TlsClient::sendFin),
        CLOSE_NOTIFY_AND_CLOSE(client -> {
            client.sendCloseNotify();
            client.close();
        }),
        CLOSE_NOTIFY_AND_RESET(client -> {
            client.sendCloseNotify();
            client.reset();
        }),
        FIN_IN_A_RECORD(client -> {
            byte[] record = client.seal(REQUEST);
            client.sendRaw(Arrays.copyOf(record, record.length - 1));
            client.sendFin();
        }),
        BROKEN_RECORD(client -> {
            byte[] record = client.seal(REQUEST);
            record[record.length - 1] ^= 1;
            client.sendRaw(record);
        }),
        RESET(TlsClient::reset);

        /** Who says that it has ended, and stays, is waiting for the answer. */
        private static final List<Leaving> WAITING = List.of(CLOSE_NOTIFY, CLOSE_NOTIFY_AND_FIN, FIN);

        /** Functions without a state of their own. */
        @SuppressWarnings("ImmutableEnumChecker")
        private final Consumer<TlsClient> act;

        Leaving(Consumer<TlsClient> act) {
            this.act = act;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "ssl-handler"})
    void endsOnceWhereTheServerIsReached(String path) throws Exception {
        try (FullListener backend = new FullListener();
                RunningProxy proxy = proxy(backend, path, "60s")) {
            List<TlsClient> clients = leaveDuringTheDial(proxy, Leaving.WAITING);
            try (Socket first = backend.accept();
                    Socket second = backend.accept();
                    Socket third = backend.accept()) {
                for (Socket accepted : List.of(first, second, third)) {
                    assertThat(Received.from(accepted).bytes()).isEqualTo(REQUEST.length);
                }
            }
            assertEachEndedOnce(proxy, Leaving.WAITING.size());
            clients.forEach(TlsClient::close);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "ssl-handler"})
    void endsOnceWhereTheServerIsNotReached(String path) {
        List<Leaving> all = List.of(Leaving.values());
        try (FullListener backend = new FullListener();
                RunningProxy proxy = proxy(backend, path, "3s")) {
            List<TlsClient> clients = leaveDuringTheDial(proxy, all);
            assertEachEndedOnce(proxy, all.size());
            clients.forEach(TlsClient::close);
        }
    }

    private static RunningProxy proxy(FullListener backend, String path, String timeout) {
        return RunningProxy.to(backend.address())
                .with(
                        "listeners.https.tls.record-path = " + path,
                        "backends.app.connect { timeout = " + timeout + ", retries = 0 }")
                .start();
    }

    private static List<TlsClient> leaveDuringTheDial(RunningProxy proxy, List<Leaving> leaving) {
        List<TlsClient> clients = new ArrayList<>();
        for (Leaving way : leaving) {
            TlsClient client = TlsClient.connect(proxy);
            clients.add(client);
            proxy.awaitMetric(clients.size(), "sallyport_handshakes_total", "result", "success");
            client.send(REQUEST);
            way.act.accept(client);
        }
        return clients;
    }

    private static void assertEachEndedOnce(RunningProxy proxy, int connections) {
        proxy.awaitMetric(connections, "sallyport_connections_closed_total");
        proxy.awaitMetric(0, "sallyport_connections_active");
        proxy.awaitMetric(connections, "sallyport_connections_closed_total");
    }
}
