package io.sallyport.accesslog;

import io.sallyport.diagnosis.Allowed;
import io.sallyport.diagnosis.Diagnosis;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.wire.ClientHello;
import java.net.InetAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is told about one handshake: one that failed, or a good one that somebody asked to see.
 *
 * @param id ties it to the lines about the same connection
 * @param at when it ended
 * @param client the client's address and port
 * @param proxiedBy the address of whoever told the client's in a PROXY protocol header; null when nobody did
 * @param source the client's address; null where it has none
 * @param hello what the client offered; null when no whole ClientHello came
 * @param allowed what the route takes; null when none was found
 * @param diagnosis null when it succeeded
 * @param detail the TLS library's word, or our own; empty when it succeeded
 * @param tls what was agreed on; null when it failed
 * @param nanos from accept to the end
 */
public record HandshakeReport(
        String id,
        Instant at,
        String listener,
        String client,
        @Nullable String proxiedBy,
        @Nullable InetAddress source,
        @Nullable ClientHello hello,
        @Nullable Allowed allowed,
        @Nullable Diagnosis diagnosis,
        String detail,
        ConnectionSummary.@Nullable Tls tls,
        HandshakeTranscript transcript,
        long nanos) {}
