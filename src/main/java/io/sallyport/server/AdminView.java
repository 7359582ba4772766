package io.sallyport.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sallyport.accesslog.HandshakeLog;
import io.sallyport.accesslog.TraceWish;
import io.sallyport.admin.AdminSource;
import io.sallyport.admin.AdminToken;
import io.sallyport.admin.HandshakeFilter;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.backend.PoolMember;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.LogConfig;
import io.sallyport.config.RouteConfig;
import io.sallyport.connection.AddressText;
import io.sallyport.eventloop.Transport;
import io.sallyport.log.LogLevel;
import io.sallyport.memory.DirectMemory;
import io.sallyport.metrics.Meters;
import io.sallyport.metrics.Meters.BuildInfo;
import io.sallyport.metrics.Meters.CertificateExpiry;
import io.sallyport.server.generation.MemoryBound;
import io.sallyport.server.generation.Serving;
import io.sallyport.server.lifecycle.Lifecycle;
import io.sallyport.server.lifecycle.ReloadOutcome;
import io.sallyport.server.listen.BoundListener;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the admin listener shows of a server. */
final class AdminView implements AdminSource {
    private final Lifecycle lifecycle;
    private final PrometheusMeterRegistry registry;
    private final Meters meters;
    private final HandshakeLog handshakes;
    private final LogLevel logLevel;
    private final Transport transport;
    private final LiveSample sample;
    private final Instant started = Instant.now();

    AdminView(
            Lifecycle lifecycle,
            PrometheusMeterRegistry registry,
            Meters meters,
            HandshakeLog handshakes,
            LogLevel logLevel,
            Transport transport) {
        this.lifecycle = lifecycle;
        this.logLevel = logLevel;
        this.transport = transport;
        this.registry = registry;
        this.meters = meters;
        this.handshakes = handshakes;
        this.sample = new LiveSample(meters, registry);
    }

    @Override
    public State state() {
        return switch (lifecycle.state()) {
            case STARTING -> State.STARTING;
            case READY -> State.READY;
            case DRAINING, STOPPED -> State.DRAINING;
        };
    }

    private String stateText() {
        return state().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public @Nullable AdminToken token() {
        Serving serving = lifecycle.published().orNull();
        return serving == null ? null : serving.adminToken();
    }

    @Override
    public String scrape(String contentType) {
        return registry.scrape(contentType);
    }

    @Override
    public void writeStatus(JsonGenerator json) throws IOException {
        // Once: two looks could show the listeners of one generation and the backends of the next.
        Serving serving = lifecycle.published().get();
        BuildInfo build = BuildFacts.with(transport);
        json.writeStartObject();
        json.writeStringField("state", stateText());
        json.writeStringField("version", build.version());
        json.writeStringField("java", build.java());
        json.writeStringField("tls", build.tls());
        json.writeStringField("transport", build.transport());
        json.writeStringField("started", started.toString());
        json.writeNumberField("connections_active", meters.connectionsActive());
        json.writeNumberField("handshakes_in_flight", meters.handshakesInFlight());
        json.writeObjectFieldStart("direct_memory");
        json.writeNumberField("used", DirectMemory.used());
        json.writeNumberField("limit", DirectMemory.limit());
        json.writeNumberField("bound", MemoryBound.of(serving.config()).directBytes());
        json.writeEndObject();
        ReloadOutcome reload = lifecycle.lastReload();
        json.writeObjectFieldStart("last_reload");
        json.writeStringField("time", reload.at().toString());
        json.writeStringField("result", reload.result().tag());
        json.writeStringField("detail", reload.detail());
        json.writeEndObject();
        writeLogLevel(json);
        json.writeObjectFieldStart("listeners");
        for (ListenerConfig listener : serving.config().listeners().values()) {
            json.writeObjectFieldStart(listener.name());
            json.writeStringField("address", address(serving, listener.name()));
            if (listener.backend() != null) {
                json.writeStringField("backend", listener.backend());
            }
            writeRoutes(json, listener.routes());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeObjectFieldStart("backends");
        for (Backend backend : serving.backends().values()) {
            json.writeArrayFieldStart(backend.name());
            for (PoolMember member : backend.members()) {
                write(json, member);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeArrayFieldStart("certificates");
        for (CertificateExpiry certificate : serving.expiries().certificates()) {
            json.writeStartObject();
            json.writeStringField("name", certificate.name());
            json.writeStringField("kind", certificate.kind());
            json.writeStringField("not_after", certificate.notAfter().toString());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String address(Serving serving, String listener) {
        BoundListener bound = serving.bound().get(listener);
        return bound == null ? "" : AddressText.of(bound.address());
    }

    private void writeLogLevel(JsonGenerator json) throws IOException {
        LogLevel.State level = logLevel.state();
        json.writeObjectFieldStart("log_level");
        json.writeStringField("now", level.current().word());
        json.writeStringField("configured", level.configured().word());
        if (level.until() != null) {
            json.writeStringField("until", level.until().toString());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, PoolMember member) throws IOException {
        json.writeStartObject();
        json.writeStringField("server", member.server().toString());
        json.writeNumberField("weight", member.weight());
        json.writeBooleanField("backup", member.backup());
        String unresolved = member.server().unresolved();
        if (unresolved != null) {
            json.writeStringField("unresolved", unresolved);
        }
        json.writeArrayFieldStart("addresses");
        for (Endpoint endpoint : member.server().endpoints()) {
            json.writeStartObject();
            json.writeStringField("address", endpoint.toString());
            json.writeStringField("state", endpoint.isDown() ? "down" : endpoint.isEjected() ? "ejected" : "up");
            json.writeNumberField("connections", endpoint.inFlight());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeRoutes(JsonGenerator json, List<RouteConfig> routes) throws IOException {
        json.writeArrayFieldStart("routes");
        for (RouteConfig route : routes) {
            json.writeStartObject();
            writeTexts(json, "server_names", route.serverNames());
            writeTexts(json, "alpn", route.alpn());
            json.writeStringField("backend", route.backend());
            json.writeBooleanField("passthrough", route.passthrough());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeTexts(JsonGenerator json, String name, Collection<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    @Override
    public void writeSample(JsonGenerator json) throws IOException {
        sample.writeTo(json, stateText());
    }

    @Override
    public void writeHandshakes(JsonGenerator json, HandshakeFilter filter) throws IOException {
        handshakes.write(json, filter::takes, filter.limit());
    }

    @Override
    public boolean trace(TraceWish wish) {
        return handshakes.trace(wish);
    }

    @Override
    public void logLevel(LogConfig.Level level, Duration time) {
        logLevel.change(level, time);
    }

    @Override
    public Runnable reload() {
        return () -> lifecycle.reload("POST /reload");
    }

    @Override
    public void drain() {
        lifecycle.drain();
    }
}
