package io.sallyport.explain.probe;

import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.tls.context.TlsSession;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection with one handshake, as far as it went.
 *
 * @param address the one of the host's that was dialled
 * @param connectNanos until TCP was connected, and TLS asked for where the protocol begins in plain text; -1 when it never was
 * @param transcript what passed on the wire; its times count from the dial
 * @param session null unless the handshake was done; its chain is the server's
 * @param handshakeNanos until it was done, from the dial; -1 when it never was
 * @param staple the OCSP response that came with the certificate, DER
 * @param asked what the server asked of a client's certificate; null: nothing
 * @param error null unless BoringSSL ended it; after a handshake that was done, an alert that refused it all the same
 * @param firstBytes the first bytes of the server, one character a byte
 * @param detail the operating system's words where TCP failed, or why TLS could not begin; else empty
 */
public record ProbedHandshake(
        InetSocketAddress address,
        long connectNanos,
        HandshakeTranscript transcript,
        @Nullable TlsSession session,
        long handshakeNanos,
        Optional<byte[]> staple,
        @Nullable CertificateAsk asked,
        Ending ending,
        @Nullable TlsError error,
        String firstBytes,
        String detail) {

    public boolean isSuccess() {
        return session != null && error == null && ending == Ending.DONE;
    }
}
