package io.sallyport.explain.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.util.NetUtil;
import io.sallyport.explain.judge.Finding;
import io.sallyport.explain.judge.ProbeFailure;
import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.explain.probe.TlsError;
import io.sallyport.handshake.iana.AlertDescriptions;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.text.RecordJson;
import io.sallyport.text.SafeJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An explanation as one JSON document: the names of the components are those of its members. Times are milliseconds from the
 * dial, sizes bytes; what never was is null, and left out.
 */
public record JsonReport(
        String target,
        @Nullable String address,
        @Nullable String serverName,
        boolean proxyHeader,
        boolean fine,
        @Nullable FailureReport failure,
        @Nullable HandshakeReport handshake,
        @Nullable SessionReport agreed,
        @Nullable CertificatesReport certificates,
        List<FindingReport> findings,
        @Nullable ScanReport scan) {

    /** The document, without a line feed at its end. */
    public static String write(Explanation explanation) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = SafeJson.to(text).useDefaultPrettyPrinter()) {
            RecordJson.write(json, of(explanation));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static JsonReport of(Explanation explanation) {
        ExplainRequest request = explanation.request();
        ProbedHandshake attempt = explanation.attempt();
        return new JsonReport(
                request.address().toString(),
                explanation.dialled().map(NetUtil::toSocketAddressString).orElse(null),
                request.sentName(),
                request.proxyHeader(),
                explanation.isFine(),
                explanation.failure() == null ? null : FailureReport.of(explanation.failure(), attempt),
                attempt == null ? null : HandshakeReport.of(attempt),
                explanation
                        .session()
                        .map(session -> SessionReport.of(session, explanation))
                        .orElse(null),
                explanation
                        .session()
                        .map(session -> CertificatesReport.of(explanation))
                        .orElse(null),
                explanation.findings().stream().map(FindingReport::of).toList(),
                explanation.scan() == null ? null : ScanReport.of(explanation.scan()));
    }

    record FailureReport(
            String reason,
            String what,
            String fix,
            @Nullable String after,
            @Nullable String boringssl,
            @Nullable String alert) {
        static FailureReport of(ProbeFailure failure, @Nullable ProbedHandshake attempt) {
            Step last = attempt == null ? null : attempt.transcript().lastStep();
            TlsError error = attempt == null ? null : attempt.error();
            return new FailureReport(
                    failure.kind().tag(),
                    failure.what(),
                    failure.fix(),
                    last == null ? null : last.what(),
                    error == null ? null : error.reason(),
                    error == null || error.receivedAlert() < 0 ? null : AlertDescriptions.name(error.receivedAlert()));
        }
    }

    record FindingReport(
            String severity,
            String code,
            String text,
            @Nullable String fix) {
        static FindingReport of(Finding finding) {
            return new FindingReport(
                    finding.code().severity().tag(),
                    finding.code().tag(),
                    finding.text(),
                    finding.fix().isEmpty() ? null : finding.fix());
        }
    }
}
