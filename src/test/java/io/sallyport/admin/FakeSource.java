package io.sallyport.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.accesslog.ConnectionCensus;
import io.sallyport.accesslog.TraceWish;
import io.sallyport.config.LogConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A source that remembers what it was asked. */
final class FakeSource implements AdminSource {
    final AtomicInteger drains = new AtomicInteger();
    final AtomicInteger samples = new AtomicInteger();
    final AtomicInteger scrapes = new AtomicInteger();
    final List<ConnectionFilter> filters = new CopyOnWriteArrayList<>();
    final List<TraceWish> wishes = new CopyOnWriteArrayList<>();
    final List<ServerChange> changes = new CopyOnWriteArrayList<>();
    final List<String> levels = new CopyOnWriteArrayList<>();
    volatile CompletableFuture<ConnectionCensus> census =
            CompletableFuture.completedFuture(new ConnectionCensus(List.of(), 1));
    volatile State state = State.READY;
    volatile String metrics = "a_total 1\n";
    volatile String padding = "";
    volatile Runnable onDrain = () -> {};
    volatile @Nullable RuntimeException failure;

    volatile @Nullable AdminToken token;

    @Nullable
    Runnable reload;

    @Override
    public State state() {
        return state;
    }

    @Override
    public @Nullable AdminToken token() {
        return token;
    }

    @Override
    public String scrape(String contentType) {
        scrapes.incrementAndGet();
        return "# " + contentType + "\n" + metrics;
    }

    private record Fine(String state, @Nullable String padding) {}

    @Override
    public Record status() {
        RuntimeException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
        return new Fine("fine", null);
    }

    @Override
    public Record sample() {
        samples.incrementAndGet();
        RuntimeException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
        return new Fine("fine", padding.isEmpty() ? null : padding);
    }

    @Override
    public void writeHandshakes(JsonGenerator json, ConnectionFilter filter) throws IOException {
        filters.add(filter);
        json.writeStartArray();
        json.writeEndArray();
    }

    @Override
    public CompletableFuture<ConnectionCensus> connections(ConnectionFilter filter) {
        filters.add(filter);
        return census;
    }

    @Override
    public boolean trace(TraceWish wish) {
        wishes.add(wish);
        return wishes.size() < 3;
    }

    @Override
    public void logLevel(LogConfig.Level level, Duration time) {
        levels.add(level.word() + " " + time);
    }

    @Override
    public @Nullable String change(ServerChange change) {
        changes.add(change);
        return change.backend().equals("none") ? "backend \"none\": none of that name" : null;
    }

    @Override
    public void drain() {
        drains.incrementAndGet();
        onDrain.run();
    }

    @Override
    public @Nullable Runnable reload() {
        return reload;
    }
}
