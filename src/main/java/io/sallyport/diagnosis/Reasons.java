package io.sallyport.diagnosis;

import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.FailureReason;
import java.time.Instant;

/**
 * Tells reasons apart that look the same to the TLS library, from what the client offered and what the route allows.
 *
 * <p>Cheap, for it is done for every failure: nothing is put into words here.
 */
public final class Reasons {
    /** Bytes of a ClientHello from which on it takes more than one packet (an MTU of 1500 less the headers). */
    private static final int ONE_PACKET = 1400;

    /** What has come at least when the first packet came: a VPN's may be smaller than Ethernet's. */
    private static final int FIRST_PACKET = 1000;

    private Reasons() {}

    /** Never one that what the TLS library, the client or the stream said rules out: {@link Failure#mayMean}. */
    public static FailureReason of(Attempt attempt) {
        Failure failure = attempt.failure();
        FailureReason concluded = conclude(attempt);
        return failure.mayMean().contains(concluded) ? concluded : failure.reason();
    }

    private static FailureReason conclude(Attempt attempt) {
        FailureReason first = attempt.failure().reason();
        return switch (first) {
            case VERSION_TOO_OLD -> version(attempt);
            case NO_COMMON_SUITE, NO_COMMON_SIGNATURE_SCHEME -> offer(attempt);
            case PROTOCOL_ERROR -> messageSize(attempt);
            case BAD_RECORD -> attempt.trace().serverHello() == null ? FailureReason.PROTOCOL_ERROR : first;
            case CLIENT_REJECTED_CERTIFICATE -> rejection(attempt);
            case CLIENT_HELLO_INCOMPLETE, CLIENT_RESET, TIMEOUT ->
                isCutAfterFirstPacket(attempt) ? FailureReason.LARGE_CLIENT_HELLO_CUT : first;
            default -> first;
        };
    }

    private static FailureReason version(Attempt attempt) {
        ClientHello hello = attempt.hello();
        Allowed allowed = attempt.allowed();
        return hello != null && allowed != null && hello.highestVersion() >= allowed.oldestVersion()
                ? FailureReason.VERSION_TOO_NEW
                : FailureReason.VERSION_TOO_OLD;
    }

    /** The first of what is lacking that the TLS library's word leaves open. */
    private static FailureReason offer(Attempt attempt) {
        ClientHello hello = attempt.hello();
        Allowed allowed = attempt.allowed();
        Failure failure = attempt.failure();
        if (hello == null || allowed == null) {
            return failure.reason();
        }
        OfferComparison offer = OfferComparison.of(hello, allowed);
        return offer.lacks().stream()
                .map(Reasons::reason)
                .filter(failure.mayMean()::contains)
                .findFirst()
                .orElse(
                        offer.isTls13() && failure.mayMean().contains(FailureReason.PROTOCOL_ERROR)
                                ? FailureReason.PROTOCOL_ERROR
                                : failure.reason());
    }

    /** Of what a client sends behind its ClientHello only its certificates can be too large. */
    private static FailureReason messageSize(Attempt attempt) {
        Allowed allowed = attempt.allowed();
        return attempt.trace().serverHello() != null && allowed != null && allowed.wantsClientCertificate()
                ? FailureReason.CLIENT_CERTIFICATE_INVALID
                : FailureReason.PROTOCOL_ERROR;
    }

    private static FailureReason reason(OfferComparison.Lack lack) {
        return switch (lack) {
            case SUITE -> FailureReason.NO_COMMON_SUITE;
            case GROUP -> FailureReason.NO_COMMON_GROUP;
            case CERTIFICATE -> FailureReason.NO_COMMON_SIGNATURE_SCHEME;
        };
    }

    /** The alerts for this leave open what is wrong (RFC 8446 section 6.2), but we know our certificate. */
    private static FailureReason rejection(Attempt attempt) {
        ClientHello hello = attempt.hello();
        Allowed allowed = attempt.allowed();
        if (hello == null || allowed == null || allowed.certificates().isEmpty()) {
            return FailureReason.CLIENT_REJECTED_CERTIFICATE;
        }
        Instant now = attempt.at();
        if (allowed.certificates().stream().noneMatch(each -> each.isValidAt(now))) {
            return FailureReason.CLIENT_REJECTED_EXPIRED;
        }
        String name = hello.serverName();
        return name != null && allowed.certificates().stream().noneMatch(each -> each.isFor(name))
                ? FailureReason.CLIENT_REJECTED_NAME
                : FailureReason.CLIENT_REJECTED_CERTIFICATE;
    }

    private static boolean isCutAfterFirstPacket(Attempt attempt) {
        return attempt.hello() == null
                && attempt.trace().unfinishedMessageLength() > ONE_PACKET
                && attempt.trace().bytesFromClient() >= FIRST_PACKET;
    }
}
