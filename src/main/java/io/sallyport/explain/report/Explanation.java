package io.sallyport.explain.report;

import io.sallyport.explain.judge.Finding;
import io.sallyport.explain.judge.ProbeFailure;
import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.explain.probe.Resumption;
import io.sallyport.explain.scan.ScanResult;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.tls.context.TlsSession;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was learnt about a server.
 *
 * @param request what was asked
 * @param attempt the handshake; null when the host's name has no address
 * @param anchor the trust anchor that the chain leads to; empty when it leads to none
 * @param resumption null when it was not tried, because the handshake failed
 * @param findings the worst first
 * @param scan null when it was not asked for, or nobody could be asked
 * @param failure why the handshake failed, or would have failed for a client that verifies certificates; null: it is fine
 */
public record Explanation(
        ExplainRequest request,
        @Nullable ProbedHandshake attempt,
        String anchor,
        @Nullable Resumption resumption,
        List<Finding> findings,
        @Nullable ScanResult scan,
        @Nullable ProbeFailure failure) {

    public Explanation {
        findings = List.copyOf(findings);
    }

    /** Whether a client that verifies certificates connects. */
    public boolean isFine() {
        return failure == null;
    }

    public Optional<TlsSession> session() {
        return Optional.ofNullable(attempt).map(ProbedHandshake::session);
    }

    public Optional<HandshakeTranscript> transcript() {
        return Optional.ofNullable(attempt).map(ProbedHandshake::transcript);
    }

    Optional<InetSocketAddress> dialled() {
        return Optional.ofNullable(attempt).map(ProbedHandshake::address);
    }

    /** What the server sent, in the order of the wire; empty when the handshake was not done. */
    List<X509Certificate> certificates() {
        return session().map(TlsSession::clientChain).orElse(List.of());
    }
}
