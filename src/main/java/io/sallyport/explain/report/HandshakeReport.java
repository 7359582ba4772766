package io.sallyport.explain.report;

import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.explain.probe.Times;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.SignatureSchemes;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.handshake.trace.Ja4;
import io.sallyport.handshake.wire.ClientHello;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps of a handshake, and what the client offered, in a {@link JsonReport}. */
record HandshakeReport(
        @Nullable Double connectMs,
        @Nullable Double handshakeMs,
        long bytesFromClient,
        long bytesFromServer,
        List<StepReport> steps,
        @Nullable OfferReport offered) {

    static HandshakeReport of(ProbedHandshake attempt) {
        HandshakeTranscript transcript = attempt.transcript();
        ClientHello hello = transcript.clientHello();
        return new HandshakeReport(
                Times.exact(attempt.connectNanos()),
                Times.exact(attempt.handshakeNanos()),
                transcript.bytesFromClient(),
                transcript.bytesFromServer(),
                transcript.steps().stream().map(StepReport::of).toList(),
                hello == null ? null : OfferReport.of(hello));
    }

    record StepReport(
            String from,
            String step,
            int bytes,
            @Nullable Double ms,
            boolean complete,
            @Nullable String detail) {
        static StepReport of(Step step) {
            return new StepReport(
                    step.direction() == Direction.CLIENT_TO_SERVER ? "client" : "server",
                    step.what(),
                    step.bytes(),
                    Times.exact(step.nanos()),
                    step.complete(),
                    step.detail().isEmpty() ? null : step.detail());
        }
    }

    record OfferReport(
            List<String> versions,
            List<String> suites,
            List<String> groups,
            List<String> keyShares,
            List<String> signatureSchemes,
            List<String> alpn,
            String ja4) {
        static OfferReport of(ClientHello hello) {
            return new OfferReport(
                    hello.supportedVersions().names(TlsVersions::name),
                    hello.cipherSuites().names(CipherSuites::name),
                    hello.groups().names(NamedGroups::name),
                    hello.keyShareGroups().names(NamedGroups::name),
                    hello.signatureSchemes().names(SignatureSchemes::name),
                    hello.alpn(),
                    Ja4.of(hello));
        }
    }
}
