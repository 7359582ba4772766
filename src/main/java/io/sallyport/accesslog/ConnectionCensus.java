package io.sallyport.accesslog;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.accesslog.ConnectionTally.Source;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is open in the whole process.
 *
 * @param tallies one for each event loop
 * @param most as many connections are shown
 */
public record ConnectionCensus(List<ConnectionTally> tallies, int most) {
    private static final int MOST_SOURCES = 20;
    private static final Comparator<Map.Entry<InetAddress, Source>> BUSIEST =
            Map.Entry.comparingByValue(Comparator.comparingInt(Source::connections)
                    .thenComparingLong(Source::bytes)
                    .reversed());

    /** Writes one JSON object: how many are open, the busiest sources, and the connections that were chosen, oldest first. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField(
                "open", tallies.stream().mapToInt(ConnectionTally::open).sum());
        json.writeArrayFieldStart("busiest_sources");
        for (Map.Entry<InetAddress, Source> each : busiest()) {
            json.writeStartObject();
            json.writeStringField("source", each.getKey().getHostAddress());
            json.writeNumberField("connections", each.getValue().connections());
            json.writeNumberField("bytes", each.getValue().bytes());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("connections");
        for (ConnectionSummary each : oldest()) {
            AccessLine.write(json, each);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private List<Map.Entry<InetAddress, Source>> busiest() {
        Map<InetAddress, Source> all = new HashMap<>();
        tallies.forEach(tally -> tally.sources().forEach((source, has) -> all.merge(source, has, Source::plus)));
        return all.entrySet().stream().sorted(BUSIEST).limit(MOST_SOURCES).toList();
    }

    private List<ConnectionSummary> oldest() {
        return tallies.stream()
                .flatMap(tally -> tally.connections().stream())
                .sorted(Comparator.comparing(ConnectionSummary::accepted))
                .limit(most)
                .toList();
    }
}
