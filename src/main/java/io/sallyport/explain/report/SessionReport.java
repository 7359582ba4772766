package io.sallyport.explain.report;

import io.sallyport.explain.judge.PostQuantum;
import io.sallyport.explain.probe.CertificateAsk;
import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.explain.probe.Resumption;
import io.sallyport.explain.probe.Times;
import io.sallyport.tls.context.TlsSession;
import io.sallyport.tls.material.StapledResponse;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What both sides agreed on, in a {@link JsonReport}. */
record SessionReport(
        String version,
        String suite,
        String group,
        boolean postQuantum,
        @Nullable String alpn,
        @Nullable AskReport clientCertificate,
        @Nullable StaplingReport stapling,
        @Nullable ResumptionReport resumption) {

    static SessionReport of(TlsSession session, Explanation explanation) {
        ProbedHandshake attempt = explanation.attempt();
        boolean hasCertificate = explanation.request().client() != null;
        return new SessionReport(
                session.version(),
                session.cipher(),
                session.group(),
                PostQuantum.isGroup(session.group()),
                session.alpn(),
                attempt == null ? null : AskReport.of(attempt.asked(), hasCertificate),
                attempt == null ? null : StaplingReport.of(attempt.staple()),
                explanation.resumption() == null ? null : ResumptionReport.of(explanation.resumption()));
    }

    /** Whether a client certificate was asked for, and which. */
    record AskReport(
            boolean asked,
            boolean sent,
            @Nullable List<String> keyTypes,
            @Nullable List<String> authorities) {
        static AskReport of(@Nullable CertificateAsk asked, boolean hasCertificate) {
            return asked == null
                    ? new AskReport(false, false, null, null)
                    : new AskReport(true, hasCertificate, asked.keyTypes(), asked.authorities());
        }
    }

    /** The stapled OCSP response; all but the first two are null where there is none, or it cannot be read. */
    record StaplingReport(
            boolean stapled,
            @Nullable Integer bytes,
            @Nullable String status,
            @Nullable String thisUpdate,
            @Nullable String nextUpdate) {
        static StaplingReport of(Optional<byte[]> staple) {
            StapledResponse response = staple.flatMap(StapledResponse::read).orElse(null);
            return new StaplingReport(
                    staple.isPresent(),
                    staple.map(bytes -> bytes.length).orElse(null),
                    response == null ? null : response.status().name().toLowerCase(Locale.ROOT),
                    response == null ? null : response.thisUpdate().toString(),
                    response == null || response.nextUpdate() == null
                            ? null
                            : response.nextUpdate().toString());
        }
    }

    record ResumptionReport(
            boolean resumed,
            String outcome,
            @Nullable Double firstMs,
            @Nullable Double secondMs,
            long firstBytes,
            long secondBytes) {
        static ResumptionReport of(Resumption resumption) {
            return new ResumptionReport(
                    resumption.isResumed(),
                    resumption.outcome().tag(),
                    Times.exact(resumption.first()),
                    Times.exact(resumption.second()),
                    resumption.firstBytes(),
                    resumption.secondBytes());
        }
    }
}
