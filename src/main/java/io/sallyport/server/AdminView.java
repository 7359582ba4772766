package io.sallyport.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sallyport.admin.AdminSource;
import io.sallyport.admin.HandshakeFilter;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.connection.Acceptors;
import io.sallyport.observe.Meters;
import io.sallyport.observe.Meters.BuildInfo;
import io.sallyport.observe.Meters.CertificateExpiry;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** What the admin listener shows of a server. */
final class AdminView implements AdminSource {
    private final ProxyConfig config;
    private final PrometheusMeterRegistry registry;
    private final Meters meters;
    private final Generation generation;
    private final Map<String, Acceptors> acceptors;
    private final Supplier<LifeState> state;
    private final Runnable drain;
    private final Instant started = Instant.now();

    AdminView(
            ProxyConfig config,
            PrometheusMeterRegistry registry,
            Meters meters,
            Generation generation,
            Map<String, Acceptors> acceptors,
            Supplier<LifeState> state,
            Runnable drain) {
        this.config = config;
        this.registry = registry;
        this.meters = meters;
        this.generation = generation;
        this.acceptors = acceptors;
        this.state = state;
        this.drain = drain;
    }

    @Override
    public State state() {
        return switch (state.get()) {
            case STARTING -> State.STARTING;
            case READY -> State.READY;
            case DRAINING, STOPPED -> State.DRAINING;
        };
    }

    @Override
    public String scrape(String contentType) {
        return registry.scrape(contentType);
    }

    @Override
    public void writeStatus(JsonGenerator json) throws IOException {
        BuildInfo build = BuildFacts.current();
        json.writeStartObject();
        json.writeStringField("state", state().name().toLowerCase(Locale.ROOT));
        json.writeStringField("version", build.version());
        json.writeStringField("java", build.java());
        json.writeStringField("tls", build.tls());
        json.writeStringField("transport", build.transport());
        json.writeStringField("started", started.toString());
        json.writeNumberField("connections_active", meters.connectionsActive());
        json.writeNumberField("handshakes_in_flight", meters.handshakesInFlight());
        json.writeObjectFieldStart("listeners");
        for (ListenerConfig listener : config.listeners().values()) {
            json.writeObjectFieldStart(listener.name());
            Acceptors bound = acceptors.get(listener.name());
            json.writeStringField(
                    "address", bound == null ? "" : bound.address().toString());
            json.writeStringField("backend", listener.backend());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeObjectFieldStart("backends");
        for (var backend : config.backends().values()) {
            json.writeArrayFieldStart(backend.name());
            for (var server : backend.servers()) {
                json.writeString(server.toString());
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeArrayFieldStart("certificates");
        for (CertificateExpiry certificate : generation.certificates()) {
            json.writeStartObject();
            json.writeStringField("name", certificate.name());
            json.writeStringField("kind", certificate.kind());
            json.writeStringField("not_after", certificate.notAfter().toString());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    @Override
    public void writeHandshakes(JsonGenerator json, HandshakeFilter filter) throws IOException {
        json.writeStartArray();
        json.writeEndArray();
    }

    @Override
    public void drain() {
        drain.run();
    }
}
