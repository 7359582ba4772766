package io.sallyport.explain.judge;

/**
 * Why the handshake failed.
 *
 * @param what happened, with the likely cause; whole sentences
 * @param fix what to do; whole sentences, may be empty
 */
public record Failure(FailureKind kind, String what, String fix) {

    /** What a client that verifies makes of a problem of the certificate. */
    public static Failure of(Finding problem) {
        return new Failure(
                FailureKind.CERTIFICATE_REFUSED,
                "A client that verifies certificates ends the handshake: " + problem.text() + ".",
                problem.fix().isEmpty() ? "" : problem.fix() + ".");
    }
}
