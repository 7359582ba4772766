package io.sallyport.observe;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.handshake.CipherSuites;
import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.CodeList;
import io.sallyport.handshake.Ja4;
import io.sallyport.handshake.NamedGroups;
import io.sallyport.handshake.SignatureSchemes;
import io.sallyport.handshake.TlsVersions;
import java.io.IOException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The JSON of the access log: one object for a connection, one for a failed handshake. */
final class AccessLine {
    private static final int MOST_NAMES = 64;
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
        fingerprint(json, connection.hello());
        ConnectionSummary.Tls tls = connection.tls();
        if (tls != null) {
            json.writeStringField("tls_version", tls.version());
            json.writeStringField("cipher", tls.cipher());
            json.writeStringField("group", tls.group());
            text(json, "alpn", tls.alpn());
            json.writeBooleanField("resumed", tls.resumed());
            text(json, "client_certificate", tls.clientCertificate());
        }
        text(json, "backend", connection.backend());
        text(json, "server", connection.server());
        json.writeNumberField("client_to_backend_bytes", connection.clientToBackend());
        json.writeNumberField("backend_to_client_bytes", connection.backendToClient());
        millis(json, "handshake_ms", connection.handshakeNanos());
        millis(json, "connect_ms", connection.connectNanos());
        millis(json, "duration_ms", connection.totalNanos());
        json.writeStringField("closed_by", connection.reason().side().tag());
        json.writeStringField("reason", connection.reason().tag());
        json.writeEndObject();
    }

    static void write(JsonGenerator json, FailedHandshake handshake) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "handshake_failure");
        json.writeStringField("time", handshake.at().toString());
        json.writeStringField("connection", handshake.id());
        json.writeStringField("listener", handshake.listener());
        json.writeStringField("client", handshake.client());
        text(json, "proxied_by", handshake.proxiedBy());
        ClientHello hello = handshake.hello();
        fingerprint(json, hello);
        json.writeStringField("reason", handshake.reason().tag());
        json.writeStringField("detail", handshake.detail());
        if (hello != null) {
            json.writeObjectFieldStart("offered");
            names(json, "versions", hello.supportedVersions(), TlsVersions::name);
            names(json, "suites", hello.cipherSuites(), CipherSuites::name);
            names(json, "groups", hello.groups(), NamedGroups::name);
            names(json, "signature_schemes", hello.signatureSchemes(), SignatureSchemes::name);
            json.writeArrayFieldStart("alpn");
            for (String protocol : hello.alpn().subList(0, Math.min(hello.alpn().size(), MOST_NAMES))) {
                json.writeString(protocol);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        millis(json, "duration_ms", handshake.nanos());
        json.writeEndObject();
    }

    private static void fingerprint(JsonGenerator json, @Nullable ClientHello hello) throws IOException {
        if (hello != null) {
            text(json, "server_name", hello.serverName());
            json.writeStringField("ja4", Ja4.of(hello));
        }
    }

    private static void names(JsonGenerator json, String field, CodeList codes, IntFunction<String> name)
            throws IOException {
        json.writeArrayFieldStart(field);
        // A hostile list holds thousands.
        for (int i = 0; i < Math.min(codes.size(), MOST_NAMES); i++) {
            json.writeString(name.apply(codes.get(i)));
        }
        json.writeEndArray();
    }

    private static void text(JsonGenerator json, String field, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(field, value);
        }
    }

    /** Milliseconds with three decimals; nothing for -1. */
    private static void millis(JsonGenerator json, String field, long nanos) throws IOException {
        if (nanos >= 0) {
            json.writeNumberField(field, Math.round(nanos / NANOS_PER_MILLI * 1000) / 1000.0);
        }
    }
}
