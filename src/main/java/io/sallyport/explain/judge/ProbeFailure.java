package io.sallyport.explain.judge;

/**
 * Why the handshake failed.
 *
 * @param what happened, with the likely cause; whole sentences
 * @param fix what to do; whole sentences, may be empty
 */
public record ProbeFailure(FailureKind kind, String what, String fix) {

    /** What a client that verifies makes of a problem of the certificate. */
    public static ProbeFailure of(Finding problem) {
        return new ProbeFailure(
                FailureKind.CERTIFICATE_REFUSED,
                "A client that verifies certificates ends the handshake: " + problem.text() + ".",
                problem.fix().isEmpty() ? "" : problem.fix() + ".");
    }
}
