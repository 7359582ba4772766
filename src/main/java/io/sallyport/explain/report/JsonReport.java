package io.sallyport.explain.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.util.NetUtil;
import io.sallyport.explain.judge.CertificateKey;
import io.sallyport.explain.judge.CertificateText;
import io.sallyport.explain.judge.ChainJudge;
import io.sallyport.explain.judge.DiffieHellman;
import io.sallyport.explain.judge.Failure;
import io.sallyport.explain.judge.Finding;
import io.sallyport.explain.judge.PostQuantum;
import io.sallyport.explain.judge.ProfileVerdict;
import io.sallyport.explain.probe.CertificateAsk;
import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.explain.probe.Resumption;
import io.sallyport.explain.probe.Times;
import io.sallyport.explain.scan.ScanResult;
import io.sallyport.explain.scan.VersionScan;
import io.sallyport.handshake.iana.AlertDescriptions;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.SignatureSchemes;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.handshake.trace.Ja4;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.text.SafeJson;
import io.sallyport.tls.context.TlsSession;
import io.sallyport.tls.material.StapledResponse;
import io.sallyport.tls.x509.DistinguishedName;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** An explanation as one JSON document. Times are milliseconds from the dial, sizes bytes. Used once. */
public final class JsonReport {

    private final Explanation explanation;
    private final JsonGenerator json;

    private JsonReport(Explanation explanation, JsonGenerator json) {
        this.explanation = explanation;
        this.json = json;
    }

    /** The document, without a line feed at its end. */
    public static String write(Explanation explanation) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = SafeJson.to(text).useDefaultPrettyPrinter()) {
            new JsonReport(explanation, json).writeAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private void writeAll() throws IOException {
        json.writeStartObject();
        ExplainRequest request = explanation.request();
        json.writeStringField("target", request.address().toString());
        if (explanation.dialled().isPresent()) {
            json.writeStringField(
                    "address",
                    NetUtil.toSocketAddressString(explanation.dialled().get()));
        }
        text("server_name", request.sentName());
        json.writeBooleanField("proxy_header", request.proxyHeader());
        json.writeBooleanField("fine", explanation.isFine());
        writeFailure();
        ProbedHandshake attempt = explanation.attempt();
        if (attempt != null) {
            writeHandshake(attempt);
        }
        if (explanation.session().isPresent()) {
            writeSession(explanation.session().get());
            writeCertificates();
        }
        json.writeArrayFieldStart("findings");
        for (Finding finding : explanation.findings()) {
            json.writeStartObject();
            json.writeStringField("severity", finding.code().severity().tag());
            json.writeStringField("code", finding.code().tag());
            json.writeStringField("text", finding.text());
            if (!finding.fix().isEmpty()) {
                json.writeStringField("fix", finding.fix());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        ScanResult scan = explanation.scan();
        if (scan != null) {
            writeScan(scan);
        }
        json.writeEndObject();
    }

    private void writeFailure() throws IOException {
        Failure failure = explanation.failure();
        if (failure == null) {
            return;
        }
        json.writeObjectFieldStart("failure");
        json.writeStringField("reason", failure.kind().tag());
        json.writeStringField("what", failure.what());
        json.writeStringField("fix", failure.fix());
        ProbedHandshake attempt = explanation.attempt();
        Step last = attempt == null ? null : attempt.transcript().lastStep();
        text("after", last == null ? null : last.what());
        if (attempt != null && attempt.error() != null) {
            json.writeStringField("boringssl", attempt.error().reason());
            if (attempt.error().receivedAlert() >= 0) {
                json.writeStringField(
                        "alert", AlertDescriptions.name(attempt.error().receivedAlert()));
            }
        }
        json.writeEndObject();
    }

    private void writeHandshake(ProbedHandshake attempt) throws IOException {
        HandshakeTranscript transcript = attempt.transcript();
        json.writeObjectFieldStart("handshake");
        millis("connect_ms", attempt.connectNanos());
        millis("handshake_ms", attempt.handshakeNanos());
        json.writeNumberField("bytes_from_client", transcript.bytesFromClient());
        json.writeNumberField("bytes_from_server", transcript.bytesFromServer());
        json.writeArrayFieldStart("steps");
        for (Step step : transcript.steps()) {
            json.writeStartObject();
            json.writeStringField("from", step.direction() == Direction.CLIENT_TO_SERVER ? "client" : "server");
            json.writeStringField("step", step.what());
            json.writeNumberField("bytes", step.bytes());
            millis("ms", step.nanos());
            json.writeBooleanField("complete", step.complete());
            if (!step.detail().isEmpty()) {
                json.writeStringField("detail", step.detail());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        ClientHello hello = transcript.clientHello();
        if (hello != null) {
            writeOffer(hello);
        }
        json.writeEndObject();
    }

    private void writeOffer(ClientHello hello) throws IOException {
        json.writeObjectFieldStart("offered");
        strings("versions", hello.supportedVersions().names(TlsVersions::name));
        strings("suites", hello.cipherSuites().names(CipherSuites::name));
        strings("groups", hello.groups().names(NamedGroups::name));
        strings("key_shares", hello.keyShareGroups().names(NamedGroups::name));
        strings("signature_schemes", hello.signatureSchemes().names(SignatureSchemes::name));
        strings("alpn", hello.alpn());
        json.writeStringField("ja4", Ja4.of(hello));
        json.writeEndObject();
    }

    private void writeSession(TlsSession session) throws IOException {
        json.writeObjectFieldStart("agreed");
        json.writeStringField("version", session.version());
        json.writeStringField("suite", session.cipher());
        json.writeStringField("group", session.group());
        json.writeBooleanField("post_quantum", PostQuantum.isGroup(session.group()));
        text("alpn", session.alpn());
        ProbedHandshake attempt = explanation.attempt();
        if (attempt != null) {
            writeAsked(attempt.asked());
            writeStaple(attempt);
        }
        Resumption resumption = explanation.resumption();
        if (resumption != null) {
            json.writeObjectFieldStart("resumption");
            json.writeBooleanField("resumed", resumption.isResumed());
            json.writeStringField("outcome", resumption.outcome().tag());
            millis("first_ms", resumption.first());
            millis("second_ms", resumption.second());
            json.writeNumberField("first_bytes", resumption.firstBytes());
            json.writeNumberField("second_bytes", resumption.secondBytes());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void writeAsked(@Nullable CertificateAsk asked) throws IOException {
        json.writeObjectFieldStart("client_certificate");
        json.writeBooleanField("asked", asked != null);
        json.writeBooleanField("sent", asked != null && explanation.request().client() != null);
        if (asked != null) {
            strings("key_types", asked.keyTypes());
            strings("authorities", asked.authorities());
        }
        json.writeEndObject();
    }

    private void writeStaple(ProbedHandshake attempt) throws IOException {
        json.writeObjectFieldStart("stapling");
        json.writeBooleanField("stapled", attempt.staple().isPresent());
        if (attempt.staple().isPresent()) {
            json.writeNumberField("bytes", attempt.staple().get().length);
            StapledResponse response =
                    StapledResponse.read(attempt.staple().get()).orElse(null);
            if (response != null) {
                json.writeStringField("status", response.status().name().toLowerCase(Locale.ROOT));
                json.writeStringField("this_update", response.thisUpdate().toString());
                text(
                        "next_update",
                        response.nextUpdate() == null
                                ? null
                                : response.nextUpdate().toString());
            }
        }
        json.writeEndObject();
    }

    private void writeCertificates() throws IOException {
        json.writeObjectFieldStart("certificates");
        json.writeBooleanField("trusted", !explanation.anchor().isEmpty());
        text("anchor", explanation.anchor().isEmpty() ? null : explanation.anchor());
        json.writeArrayFieldStart("sent");
        for (X509Certificate certificate : explanation.certificates()) {
            json.writeStartObject();
            json.writeStringField("subject", CertificateText.subject(certificate));
            json.writeStringField("issuer", DistinguishedName.display(certificate.getIssuerX500Principal()));
            json.writeStringField("serial", certificate.getSerialNumber().toString(16));
            strings("names", ChainJudge.names(certificate));
            json.writeStringField(
                    "not_before", certificate.getNotBefore().toInstant().toString());
            json.writeStringField(
                    "not_after", certificate.getNotAfter().toInstant().toString());
            json.writeStringField("key", CertificateKey.describe(certificate.getPublicKey()));
            json.writeStringField("signature", certificate.getSigAlgName());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeScan(ScanResult scan) throws IOException {
        json.writeObjectFieldStart("scan");
        json.writeNumberField("connections", scan.connections());
        millis("ms", scan.nanos());
        json.writeBooleanField("complete", scan.incomplete().isEmpty());
        json.writeArrayFieldStart("versions");
        for (VersionScan version : scan.versions()) {
            json.writeStartObject();
            json.writeStringField("version", TlsVersions.name(version.version()));
            json.writeBooleanField("taken", version.isTaken());
            json.writeStringField("order", version.order().tag());
            codes("suites", version.suites(), CipherSuites::name);
            codes("groups", version.groups(), NamedGroups::name);
            json.writeEndObject();
        }
        json.writeEndArray();
        if (scan.dhBytes() > 0) {
            json.writeNumberField("dh_bits", DiffieHellman.bits(scan.dhBytes()));
        }
        json.writeArrayFieldStart("mozilla");
        for (ProfileVerdict verdict : ProfileVerdict.all(scan.versions())) {
            json.writeStartObject();
            json.writeStringField("profile", verdict.profile());
            json.writeStringField("guideline", verdict.guideline());
            json.writeBooleanField("kept", verdict.isKept());
            strings("beyond", verdict.beyond());
            strings("lacking", verdict.lacking());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void codes(String field, List<Integer> codes, IntFunction<String> registry) throws IOException {
        strings(field, codes.stream().map(code -> registry.apply(code)).toList());
    }

    private void strings(String field, List<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private void text(String field, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(field, value);
        }
    }

    /** Nothing for what never was. */
    private void millis(String field, long nanos) throws IOException {
        if (nanos >= 0) {
            json.writeNumberField(field, Times.exact(nanos));
        }
    }
}
