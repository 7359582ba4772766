package io.sallyport.diagnosis;

import io.sallyport.handshake.FailureReason;

/** What is wrong with a client's certificate. */
final class ClientCertificateExplanation {
    private static final String RENEW = "Renew the client's certificate.";

    private ClientCertificateExplanation() {}

    /** @param detail names the certificate and the rule */
    static Explanation of(FailureReason reason, String detail) {
        return switch (reason) {
            case CLIENT_CERTIFICATE_MISSING ->
                new Explanation(
                        "a client certificate",
                        "The client sent no certificate, and this route requires one. It has none, or none of an"
                                + " authority that the listener names, or its key is of a kind that is not asked for.",
                        "Configure a certificate and its key in the client, issued below one of"
                                + " tls.client-auth.trust-anchors.");
            case CLIENT_CERTIFICATE_EXPIRED ->
                new Explanation(
                        "a valid client certificate", "The client's certificate, or one above it, has expired.", RENEW);
            case CLIENT_CERTIFICATE_NOT_YET_VALID ->
                new Explanation(
                        "a valid client certificate",
                        "The client's certificate, or one above it, is not valid yet.",
                        "Wait until it is, or look whether a clock is wrong: this machine's, or the authority's.");
            case CLIENT_CERTIFICATE_REVOKED ->
                new Explanation(
                        "a client certificate that is not revoked",
                        "A revocation list names the client's certificate, or one above it.",
                        "Give the client another certificate, if it is to be let in.");
            case CLIENT_CERTIFICATE_UNKNOWN_ISSUER ->
                new Explanation(
                        "a client certificate below one of the trust anchors",
                        "The client's certificate leads to none of the trust anchors: another authority issued it, or"
                                + " the client does not send the intermediate.",
                        "Let the client send its whole chain, or add its authority to tls.client-auth.trust-anchors.");
            case CLIENT_CERTIFICATE_WRONG_PURPOSE ->
                new Explanation(
                        "a certificate for client authentication",
                        "The client shows a certificate that is not made for clients (key usage, extended key usage).",
                        "Issue one with the key usage digitalSignature and the extended key usage clientAuth, or without"
                                + " either extension.");
            case CLIENT_CERTIFICATE_CHAIN_TOO_DEEP ->
                new Explanation(
                        "a shorter chain",
                        "There are more intermediates between the client's certificate and the trust anchor than are"
                                + " allowed.",
                        "Raise tls.client-auth.max-depth, or use an intermediate as the trust anchor.");
            case CLIENT_CERTIFICATE_REFUSED ->
                new Explanation(
                        "a client certificate that the access rules let in",
                        "The client's certificate is good, and an access rule decides about it: " + rule(detail) + ".",
                        "Change tls.client-auth.allow or deny, if the client is to be let in.");
            default ->
                new Explanation(
                        "a client certificate that can be judged",
                        "The client's certificate cannot be judged: its signature or its form is broken, it is larger than"
                                + " 64 KiB with its chain, or a revocation list is missing or too old under crl-policy ="
                                + " hard-fail.",
                        "The detail names what it is. Issue the certificate again, or bring the list up to date.");
        };
    }

    private static String rule(String detail) {
        int at = detail.lastIndexOf("refused: ");
        return at < 0 ? detail : detail.substring(at + "refused: ".length());
    }
}
