package io.sallyport.diagnosis;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a handshake failed, with the stage where it broke and what is said of it. The closed set behind
 * {@code handshake_failures_total{reason}}.
 */
public enum FailureReason {
    /** TCP came and went without a byte, as health checks of load balancers do. */
    BARE_PROBE(
            Stage.TCP,
            new Advice(
                    "A health check or a port scan: TCP was opened and closed without a byte.",
                    "Nothing is wrong here.")),
    /** The deadline passed before the handshake was done. */
    TIMEOUT(StreamAdvice::timeout),
    /** The first bytes are an HTTP request. */
    PLAIN_HTTP(
            Stage.CLIENT_HELLO,
            new Advice("The client speaks plain HTTP on a TLS port.", "Use https:// in the client's address.")),
    /** The first bytes are another protocol's. */
    OTHER_PROTOCOL(Stage.CLIENT_HELLO, OtherProtocols::advice),
    /** The first bytes are a PROXY protocol header, where none is expected. */
    UNEXPECTED_PROXY_HEADER(
            Stage.CLIENT_HELLO,
            new Advice(
                    "A load balancer in front sends a PROXY protocol header, and this listener expects none of it.",
                    "Turn the PROXY protocol off in the load balancer, or on in this listener, with this peer"
                            + " among proxy-protocol.trusted.")),
    /** A connection from a trusted network does not begin with a PROXY protocol header. */
    PROXY_HEADER_MISSING(
            Stage.PROXY_HEADER,
            new Advice(
                    "a PROXY protocol header",
                    "A peer in a trusted network begins without the PROXY protocol header that this listener"
                            + " expects of it: a load balancer that sends none, or a client beside it.",
                    "Turn the PROXY protocol on in the load balancer, or take this peer out of"
                            + " proxy-protocol.trusted.")),
    /** The PROXY protocol header breaks the rules of its format, is too long, or ends in the middle. */
    PROXY_HEADER_MALFORMED(
            Stage.PROXY_HEADER,
            new Advice(
                    "a whole PROXY protocol header",
                    "The PROXY protocol header breaks the rules of its format, or ends in the middle.",
                    "Look at what the load balancer sends: version 1 and version 2 are taken.")),
    /** Where a listener has {@code starttls}: the deadline passed before the client began with TLS. */
    STARTTLS_TIMEOUT(
            Stage.STARTTLS,
            new Advice(
                    "a request for TLS",
                    "The client did not begin with TLS in time: it holds the connection, its user types by hand, or it"
                            + " waits for something else.",
                    "Look whether the client means this port and is set to start TLS (STARTTLS, sslmode=require)."
                            + " timeouts.handshake says how long there is for all of it.")),
    /** Where a listener has {@code starttls}: the client went without having asked for TLS. */
    STARTTLS_NOT_ASKED(
            Stage.STARTTLS,
            new Advice(
                    "a request for TLS",
                    "The client said something, and left without asking for TLS: a health check of the protocol, a"
                            + " scanner, or a client that found no way to log in without TLS.",
                    "Nothing is wrong if it was a check. Otherwise turn STARTTLS on in the client.")),
    /** Where a listener has {@code starttls}: what the client sends breaks the rules of the protocol, or of its bounds. */
    STARTTLS_MALFORMED(
            Stage.STARTTLS,
            new Advice(
                    "The client's plain text is not what the protocol of starttls begins with: another protocol, TLS"
                            + " from the first byte, a line without end, or a length that cannot be.",
                    "Look at what the client is, and whether it means this port.")),
    /** Where a listener has {@code starttls}: something came behind the request for TLS that cannot be the client's. */
    STARTTLS_INJECTION(
            Stage.STARTTLS,
            new Advice(
                    "Bytes came behind the request for TLS, before its answer: no client goes on without it, so"
                            + " somebody in between has put them there, or is trying to (CVE-2021-23214).",
                    "Look at the network between the client and this listener.")),
    /** Where a listener has {@code starttls}: the client goes on in plain text. */
    TLS_REQUIRED(
            Stage.STARTTLS,
            new Advice(
                    "a request for TLS",
                    "The client goes on in plain text, without having asked for TLS.",
                    "Turn TLS on in the client: sslmode=require or verify-full for PostgreSQL, STARTTLS for the"
                            + " others.")),
    /** Where a listener has {@code starttls}: a PostgreSQL client asks in plain text that a query be cancelled. */
    PLAIN_CANCEL_REQUEST(
            Stage.STARTTLS,
            new Advice(
                    "A PostgreSQL client asks in plain text that a query be cancelled, as psql and libpq before"
                            + " version 17 do whatever their sslmode is. It is not passed on: that would be a way to"
                            + " the server around its certificates and rules.",
                    "Cancel with pg_cancel_backend() or a statement_timeout, or with a client that cancels by TLS"
                            + " (libpq 17 and newer).")),
    /** The first bytes are no TLS and nothing known. */
    GARBAGE(
            Stage.CLIENT_HELLO,
            new Advice(
                    "The first bytes are no TLS: a wrong port, a scanner, or a broken client.",
                    "Look at what the client at this address is, and whether it means this port.")),
    /** The ClientHello breaks the rules of its format. */
    CLIENT_HELLO_MALFORMED(
            Stage.CLIENT_HELLO,
            new Advice(
                    "The ClientHello breaks the rules of TLS: a broken client, a scanner, or something in between"
                            + " that changes bytes.",
                    "Update the client. If it works elsewhere, look at the devices in between.")),
    /** The ClientHello is larger than 16 KiB, or spread over too many records. */
    CLIENT_HELLO_TOO_LARGE(
            Stage.CLIENT_HELLO,
            new Advice(
                    "The ClientHello is larger than any client needs, or cut into more records.",
                    "Look at what the client puts into it: long session tickets or many extensions.")),
    /** The client went away in the middle of its ClientHello. */
    CLIENT_HELLO_INCOMPLETE(
            Stage.CLIENT_HELLO,
            new Advice(
                    "The client left in the middle of its ClientHello: it was stopped, or its network broke.",
                    "If it happens again and again, look at the client's log and at the devices in between.")),
    /** Of a ClientHello that takes several packets only the first arrived, as behind some middleboxes. */
    LARGE_CLIENT_HELLO_CUT(
            Stage.CLIENT_HELLO,
            new Advice(
                    "Only the first packet of a large ClientHello arrived. Some firewalls and proxies lose the"
                            + " second one since clients offer post-quantum keys (tldr.fail).",
                    "Update or go around the device in between, or turn the post-quantum group off in the client"
                            + " (X25519MLKEM768).")),
    /** Every version on offer is older than the oldest that is taken. */
    VERSION_TOO_OLD(OfferAdvice::versionTooOld),
    /** No version on offer is taken, and one of them is newer than the newest that is, or unknown. */
    VERSION_TOO_NEW(Stage.SERVER_HELLO, OfferAdvice::versionTooNew),
    /** The client comes back with a lower version than it can speak, after an attempt that failed. */
    INAPPROPRIATE_FALLBACK(Stage.SERVER_HELLO, OfferAdvice::fallback),
    /** No cipher suite in common. */
    NO_COMMON_SUITE(Stage.SERVER_HELLO, LackAdvice::suite),
    /** No key exchange group in common. */
    NO_COMMON_GROUP(Stage.SERVER_HELLO, LackAdvice::group),
    /** No signature scheme in common that fits the certificate; before TLS 1.3 also: not its kind of key, not its curve. */
    NO_COMMON_SIGNATURE_SCHEME(Stage.SERVER_HELLO, LackAdvice::certificate),
    /** No application protocol in common (ALPN). */
    NO_COMMON_ALPN(Stage.SERVER_HELLO, OfferAdvice::alpn),
    /** The server name is none of ours. */
    UNKNOWN_SERVER_NAME(Stage.SERVER_HELLO, OfferAdvice::unknownName),
    /** The client sent no server name. */
    MISSING_SERVER_NAME(
            Stage.SERVER_HELLO,
            new Advice(
                    "a server name",
                    "The client asks for no server name: it is very old, or connects to an IP address.",
                    "Let the client connect to a name. tls.missing-server-name = default takes clients without"
                            + " one.")),
    /** The client does not know the issuer of our certificate. */
    CLIENT_REJECTED_ISSUER(Stage.SERVER_CERTIFICATE, RejectionAdvice::issuer),
    /** The client finds our certificate expired. */
    CLIENT_REJECTED_EXPIRED(Stage.SERVER_CERTIFICATE, RejectionAdvice::expired),
    /** The client asks for a name that our certificate does not have, and refuses the certificate. */
    CLIENT_REJECTED_NAME(Stage.SERVER_CERTIFICATE, RejectionAdvice::name),
    /** The client refuses our certificate and does not say why: its issuer, its purpose, its form. */
    CLIENT_REJECTED_CERTIFICATE(Stage.SERVER_CERTIFICATE, RejectionAdvice::certificate),
    /** The client ended the handshake with another alert. */
    CLIENT_ALERT(RejectionAdvice::alert),
    /** The client sent no certificate where one is required. */
    CLIENT_CERTIFICATE_MISSING(
            Stage.CLIENT_CERTIFICATE,
            new Advice(
                    "a client certificate",
                    "The client sent no certificate, and this route requires one. It has none, or none of an"
                            + " authority that the listener names, or its key is of a kind that is not asked for.",
                    "Configure a certificate and its key in the client, issued below one of"
                            + " tls.client-auth.trust-anchors.")),
    /** The client's certificate is past its end date. */
    CLIENT_CERTIFICATE_EXPIRED(
            Stage.CLIENT_CERTIFICATE,
            new Advice(
                    "a valid client certificate",
                    "The client's certificate, or one above it, has expired.",
                    "Renew the client's certificate.")),
    /** The client's certificate is before its start date. */
    CLIENT_CERTIFICATE_NOT_YET_VALID(
            Stage.CLIENT_CERTIFICATE,
            new Advice(
                    "a valid client certificate",
                    "The client's certificate, or one above it, is not valid yet.",
                    "Wait until it is, or look whether a clock is wrong: this machine's, or the authority's.")),
    /** The client's certificate is revoked. */
    CLIENT_CERTIFICATE_REVOKED(
            Stage.CLIENT_CERTIFICATE,
            new Advice(
                    "a client certificate that is not revoked",
                    "A revocation list names the client's certificate, or one above it.",
                    "Give the client another certificate, if it is to be let in.")),
    /** The client's certificate ends in no trust anchor. */
    CLIENT_CERTIFICATE_UNKNOWN_ISSUER(
            Stage.CLIENT_CERTIFICATE,
            new Advice(
                    "a client certificate below one of the trust anchors",
                    "The client's certificate leads to none of the trust anchors: another authority issued it, or"
                            + " the client does not send the intermediate.",
                    "Let the client send its whole chain, or add its authority to tls.client-auth.trust-anchors.")),
    /** The client's certificate is not made for client authentication. */
    CLIENT_CERTIFICATE_WRONG_PURPOSE(
            Stage.CLIENT_CERTIFICATE,
            new Advice(
                    "a certificate for client authentication",
                    "The client shows a certificate that is not made for clients (key usage, extended key usage).",
                    "Issue one with the key usage digitalSignature and the extended key usage clientAuth, or"
                            + " without either extension.")),
    /** The client's chain is longer than max-depth. */
    CLIENT_CERTIFICATE_CHAIN_TOO_DEEP(
            Stage.CLIENT_CERTIFICATE,
            new Advice(
                    "a shorter chain",
                    "There are more intermediates between the client's certificate and the trust anchor than are"
                            + " allowed.",
                    "Raise tls.client-auth.max-depth, or use an intermediate as the trust anchor.")),
    /** The client's certificate cannot be judged: its form, or a revocation list that is missing under hard-fail. */
    CLIENT_CERTIFICATE_INVALID(
            Stage.CLIENT_CERTIFICATE,
            new Advice(
                    "a client certificate that can be judged",
                    "The client's certificate cannot be judged: its signature or its form is broken, it is larger"
                            + " than 64 KiB with its chain, or a revocation list is missing or too old under"
                            + " crl-policy = hard-fail.",
                    "The detail names what it is. Issue the certificate again, or bring the list up to date.")),
    /** An access rule refuses the client's certificate. */
    CLIENT_CERTIFICATE_REFUSED(
            Stage.CLIENT_CERTIFICATE,
            evidence -> new Advice(
                    "a client certificate that the access rules let in",
                    "The client's certificate is good, and an access rule decides about it: " + evidence.rule() + ".",
                    "Change tls.client-auth.allow or deny, if the client is to be let in.")),
    /** The client's CertificateVerify does not fit its certificate. */
    BAD_CERTIFICATE_VERIFY(
            Stage.CERTIFICATE_VERIFY,
            new Advice(
                    "The client showed a certificate whose private key it does not have, or its signature is broken.",
                    "Look whether certificate and key of the client belong together.")),
    /** A record does not decrypt, or Finished is wrong. */
    BAD_RECORD(new Advice(
            "A record of the client does not decrypt, or its Finished is wrong: bytes were changed on the way, or"
                    + " the client's TLS is broken.",
            "Look for a device in between that changes traffic. If there is none, update the client.")),
    /** The client broke the protocol in another way. */
    PROTOCOL_ERROR(new Advice(
            "The client broke the rules of TLS in the middle of the handshake.",
            "Update the client. If it works elsewhere, look at the devices in between.")),
    /** The client's TCP stream ended in the middle. */
    CLIENT_LEFT(StreamAdvice::left),
    /** The client reset the TCP connection in the middle. */
    CLIENT_RESET(StreamAdvice::reset),
    /** Not begun: too many handshakes were under way for too long, or the source in the PROXY header is over a limit. */
    OVERLOAD(evidence -> new Advice(
            "More was asked for than is taken on: " + evidence.detail().text() + ".",
            "The client can try again. The limits of the listener say how much is taken on at once and of"
                    + " one source.")),
    /** Not begun: the client's address, or the fingerprint of its ClientHello, is not taken. */
    SOURCE_DENIED(evidence -> new Advice(
            "This client may not connect: " + evidence.detail().text() + ".",
            "Nothing is wrong if it is to be kept out. Otherwise change sources of the listener or of the route.")),
    /** Cut by the end of a drain. */
    DRAINING(new Advice(
            "This process was stopping, and the time of its drain was over.",
            "The client can connect again. A longer drain.timeout lets slow handshakes finish.")),
    /** Our own fault: a key that does not sign, an exception. */
    INTERNAL_ERROR(new Advice(
            "A fault on this side: a key that does not sign, or an exception.",
            "Look at the log lines of this connection, and whether the key files were changed."));

    private final String tag = name().toLowerCase(Locale.ROOT);
    private final @Nullable Stage stage;

    @SuppressWarnings("ImmutableEnumChecker") // without state
    private final Advice.Source advice;

    FailureReason(@Nullable Stage stage, Advice.Source advice) {
        this.stage = stage;
        this.advice = advice;
    }

    FailureReason(Stage stage, Advice always) {
        this(stage, evidence -> always);
    }

    /** Broke as far as it came. */
    FailureReason(Advice.Source advice) {
        this(null, advice);
    }

    /** Broke as far as it came. */
    FailureReason(Advice always) {
        this(null, evidence -> always);
    }

    /** Whether it is the client's certificate, or that there is none. */
    public boolean isClientCertificate() {
        return stage == Stage.CLIENT_CERTIFICATE;
    }

    /** The label value. */
    public String tag() {
        return tag;
    }

    /** Where a handshake that came so far did not get past. */
    Stage stage(Stage reached) {
        return stage == null ? reached : stage;
    }

    Advice advice(Evidence evidence) {
        return advice.about(evidence);
    }
}
