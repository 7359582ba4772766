package io.sallyport.accesslog;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.metrics.CloseReason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The JSON of one connection, and what the lines of handshakes have in common with it. */
final class AccessLine {
    private static final double NANOS_PER_MILLI = 1e6;

    private AccessLine() {}

    static void write(JsonGenerator json, ConnectionSummary connection) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "connection");
        json.writeStringField("time", connection.accepted().toString());
        json.writeStringField("connection", connection.id());
        json.writeStringField("listener", connection.listener());
        json.writeStringField("client", connection.client());
        text(json, "proxied_by", connection.proxiedBy());
        offer(json, connection.offer());
        agreement(json, connection.tls());
        text(json, "backend", connection.backend());
        text(json, "server", connection.server());
        json.writeNumberField("client_to_backend_bytes", connection.clientToBackend());
        json.writeNumberField("backend_to_client_bytes", connection.backendToClient());
        millis(json, "handshake_ms", connection.handshakeNanos());
        millis(json, "queue_ms", connection.queueNanos());
        millis(json, "connect_ms", connection.connectNanos());
        millis(json, "duration_ms", connection.totalNanos());
        CloseReason reason = connection.reason();
        if (reason != null) {
            json.writeStringField("closed_by", reason.side().tag());
            json.writeStringField("reason", reason.tag());
        }
        json.writeEndObject();
    }

    static void agreement(JsonGenerator json, ConnectionSummary.@Nullable Tls tls) throws IOException {
        if (tls == null) {
            return;
        }
        json.writeStringField("tls_version", tls.version());
        json.writeStringField("cipher", tls.cipher());
        json.writeStringField("group", tls.group());
        text(json, "alpn", tls.alpn());
        json.writeBooleanField("resumed", tls.resumed());
        // Whoever looks for a client by its name must not find another who only says so.
        text(json, tls.verified() ? "client_certificate" : "unverified_client_certificate", tls.clientCertificate());
    }

    static void offer(JsonGenerator json, @Nullable ClientOffer offer) throws IOException {
        if (offer != null) {
            text(json, "server_name", offer.serverName());
            json.writeStringField("ja4", offer.ja4());
        }
    }

    static void text(JsonGenerator json, String field, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(field, value);
        }
    }

    /** Milliseconds with three decimals; nothing for -1. */
    static void millis(JsonGenerator json, String field, long nanos) throws IOException {
        if (nanos >= 0) {
            json.writeNumberField(field, Math.round(nanos / NANOS_PER_MILLI * 1000) / 1000.0);
        }
    }
}
