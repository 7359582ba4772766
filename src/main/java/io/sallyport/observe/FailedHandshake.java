package io.sallyport.observe;

import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.FailureReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one line tells about a handshake that failed.
 *
 * @param id ties this line to the others about the same connection
 * @param at when it failed
 * @param proxiedBy the address of whoever told the client's in a PROXY protocol header; null when nobody did
 * @param hello what the client offered; null when no whole ClientHello came
 * @param nanos from accept to the failure
 * @param detail the TLS library's word, or our own
 */
public record FailedHandshake(
        String id,
        Instant at,
        String listener,
        String client,
        @Nullable String proxiedBy,
        FailureReason reason,
        String detail,
        @Nullable ClientHello hello,
        long nanos) {}
