package io.sallyport.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.testing.LogLine;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionCensusTest {
    private final ConnectionTally one =
            new ConnectionTally(open -> open.listener().equals("https"), 1);
    private final ConnectionTally other = new ConnectionTally(open -> true, 2);

    /** One that was accepted at {@code second}. */
    private record Open(String id, String listener, String address, long bytes, int second)
            implements TalliedConnection {
        @Override
        public @Nullable InetAddress source() {
            try {
                return address.isEmpty() ? null : InetAddress.getByName(address);
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public ConnectionSummary summary() {
            return new ConnectionSummary(
                    id,
                    Instant.ofEpochSecond(second),
                    listener,
                    address + ":1",
                    null,
                    null,
                    null,
                    null,
                    null,
                    bytes,
                    0,
                    -1,
                    -1,
                    -1,
                    1_000_000,
                    null);
        }
    }

    @Test
    void sourcesOfAllLoopsAreAddedUpAndTheBusiestComesFirst() throws IOException {
        one.add(new Open("a", "https", "192.0.2.1", 5, 1));
        one.add(new Open("b", "https", "192.0.2.2", 7, 2));
        other.add(new Open("c", "https", "192.0.2.2", 9, 3));
        other.add(new Open("d", "https", "192.0.2.3", 100, 4));
        other.add(new Open("e", "https", "", 0, 5));

        LogLine told = told(10);

        assertThat(told.number("open")).isEqualTo(5);
        assertThat(told.text("busiest_sources.0.source")).isEqualTo("192.0.2.2");
        assertThat(told.number("busiest_sources.0.connections")).isEqualTo(2);
        assertThat(told.number("busiest_sources.0.bytes")).isEqualTo(16);
        assertThat(told.text("busiest_sources.1.source")).isEqualTo("192.0.2.3");
        assertThat(told.text("busiest_sources.2.source")).isEqualTo("192.0.2.1");
    }

    @Test
    void onlyChosenConnectionsAreShownTheOldestFirstAndNoneHasAReason() throws IOException {
        one.add(new Open("other listener", "mail", "192.0.2.1", 0, 0));
        one.add(new Open("young", "https", "192.0.2.1", 0, 9));
        one.add(new Open("over the limit", "https", "192.0.2.1", 0, 1));
        other.add(new Open("old", "https", "192.0.2.1", 3, 2));

        LogLine told = told(1);

        assertThat(told.text("connections.0.connection")).isEqualTo("old");
        assertThat(told.number("connections.0.client_to_backend_bytes")).isEqualTo(3);
        assertThat(told.has("connections.0.reason")).isFalse();
        assertThat(told.has("connections.1.connection")).isFalse();
        assertThat(told.number("open")).isEqualTo(4);
    }

    private LogLine told(int most) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            new ConnectionCensus(List.of(one, other), most).write(json);
        }
        return LogLine.parse(text.toString());
    }
}
