package io.sallyport.accesslog;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.diagnosis.Allowed;
import io.sallyport.diagnosis.Diagnosis;
import io.sallyport.diagnosis.HandshakeEnd;
import io.sallyport.diagnosis.ShownCertificate;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.SignatureSchemes;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.WireText;
import java.io.IOException;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The JSON of one handshake: as a line of the access log, and with its steps. */
final class HandshakeLine {
    /** A hostile list holds thousands. */
    private static final int MOST_NAMES = 64;

    private static final int LONGEST = 64;

    private HandshakeLine() {}

    static void write(JsonGenerator json, HandshakeReport handshake, boolean withSteps) throws IOException {
        Diagnosis diagnosis = handshake.diagnosis();
        json.writeStartObject();
        json.writeStringField("type", diagnosis == null ? "handshake_success" : "handshake_failure");
        json.writeStringField("time", handshake.at().toString());
        json.writeStringField("connection", handshake.id());
        json.writeStringField("listener", handshake.listener());
        json.writeStringField("client", handshake.client());
        AccessLine.text(json, "proxied_by", handshake.proxiedBy());
        AccessLine.offer(json, handshake.hello() == null ? null : ClientOffer.of(handshake.hello()));
        if (diagnosis != null) {
            diagnosis(json, diagnosis, handshake.detail());
        }
        AccessLine.agreement(json, handshake.tls());
        offered(json, handshake.hello());
        allowed(json, handshake.allowed());
        if (withSteps) {
            steps(json, handshake.transcript(), diagnosis);
        }
        AccessLine.millis(json, "duration_ms", handshake.nanos());
        json.writeEndObject();
    }

    static void write(JsonGenerator json, LeftOut leftOut) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "handshake_failures_left_out");
        json.writeStringField("time", leftOut.at().toString());
        json.writeNumberField("count", leftOut.count());
        json.writeEndObject();
    }

    private static void diagnosis(JsonGenerator json, Diagnosis diagnosis, String detail) throws IOException {
        json.writeStringField("reason", diagnosis.reason().tag());
        json.writeStringField("cause", diagnosis.cause());
        json.writeStringField("fix", diagnosis.fix());
        json.writeStringField("broke_at", diagnosis.stage().tag());
        json.writeStringField("ended_by", diagnosis.end().side().tag());
        json.writeStringField("how", diagnosis.end().tag());
        AccessLine.text(json, "alert", diagnosis.alert());
        json.writeStringField("detail", detail);
        if (!diagnosis.missing().isEmpty()) {
            json.writeStringField("missing", diagnosis.missing());
        }
    }

    private static void offered(JsonGenerator json, @Nullable ClientHello hello) throws IOException {
        if (hello == null) {
            return;
        }
        json.writeObjectFieldStart("offered");
        names(json, "versions", hello.supportedVersions(), TlsVersions::name);
        names(json, "suites", hello.cipherSuites(), CipherSuites::name);
        names(json, "groups", hello.groups(), NamedGroups::name);
        names(json, "signature_schemes", hello.signatureSchemes(), SignatureSchemes::name);
        names(json, "alpn", hello.alpn().stream().map(HandshakeLine::protocol).toList());
        AccessLine.text(json, "malformed_server_name", hello.malformedServerName());
        json.writeEndObject();
    }

    private static String protocol(String protocol) {
        return WireText.printable(protocol.length() <= LONGEST ? protocol : protocol.substring(0, LONGEST) + "...");
    }

    private static void allowed(JsonGenerator json, @Nullable Allowed allowed) throws IOException {
        if (allowed == null) {
            return;
        }
        json.writeObjectFieldStart("allowed");
        names(json, "versions", allowed.versions());
        names(json, "suites", allowed.suites());
        names(json, "groups", allowed.groups());
        names(json, "signature_schemes", allowed.signatureSchemes());
        names(json, "alpn", allowed.alpn());
        json.writeStringField("client_auth", allowed.clientAuth());
        json.writeArrayFieldStart("certificates");
        for (ShownCertificate certificate : allowed.certificates()) {
            json.writeStartObject();
            json.writeStringField("file", certificate.file());
            json.writeStringField("subject", certificate.subject());
            json.writeStringField("issuer", certificate.issuer());
            names(json, "names", certificate.names());
            json.writeStringField("not_before", certificate.notBefore().toString());
            json.writeStringField("not_after", certificate.notAfter().toString());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** In order; the one where it broke says so, and where that is no message it stands at the end. */
    private static void steps(JsonGenerator json, HandshakeTranscript transcript, @Nullable Diagnosis diagnosis)
            throws IOException {
        json.writeArrayFieldStart("steps");
        int broke = diagnosis == null ? -1 : alertOf(transcript.steps(), diagnosis.end());
        for (int i = 0; i < transcript.steps().size(); i++) {
            HandshakeTranscript.Step step = transcript.steps().get(i);
            json.writeStartObject();
            json.writeStringField("from", step.direction() == Direction.CLIENT_TO_SERVER ? "client" : "proxy");
            json.writeStringField("what", step.what());
            json.writeNumberField("bytes", step.bytes());
            AccessLine.millis(json, "ms", step.nanos());
            if (!step.detail().isEmpty()) {
                json.writeStringField("detail", step.detail());
            }
            if (!step.complete()) {
                json.writeBooleanField("complete", false);
            }
            if (i == broke) {
                json.writeBooleanField("broke", true);
            }
            json.writeEndObject();
        }
        if (diagnosis != null && broke < 0) {
            json.writeStartObject();
            json.writeStringField("from", diagnosis.end().side().tag());
            json.writeStringField("what", diagnosis.end().tag());
            json.writeBooleanField("broke", true);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** The alert that ended it; -1 where none did. */
    private static int alertOf(List<HandshakeTranscript.Step> steps, HandshakeEnd end) {
        if (end != HandshakeEnd.ALERT_SENT && end != HandshakeEnd.ALERT_RECEIVED) {
            return -1;
        }
        Direction direction = end == HandshakeEnd.ALERT_SENT ? Direction.SERVER_TO_CLIENT : Direction.CLIENT_TO_SERVER;
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (steps.get(i).direction() == direction && steps.get(i).isAlert()) {
                return i;
            }
        }
        return -1;
    }

    private static void names(JsonGenerator json, String field, CodeList codes, IntFunction<String> name)
            throws IOException {
        json.writeArrayFieldStart(field);
        for (int i = 0; i < Math.min(codes.size(), MOST_NAMES); i++) {
            json.writeString(name.apply(codes.get(i)));
        }
        if (codes.size() > MOST_NAMES) {
            json.writeString("...");
        }
        json.writeEndArray();
    }

    private static void names(JsonGenerator json, String field, List<String> names) throws IOException {
        json.writeArrayFieldStart(field);
        for (String name : names.subList(0, Math.min(names.size(), MOST_NAMES))) {
            json.writeString(name);
        }
        if (names.size() > MOST_NAMES) {
            json.writeString("...");
        }
        json.writeEndArray();
    }
}
