package io.sallyport.explain.judge;

import java.util.Optional;

/** Finite-field Diffie-Hellman, by the length of the server's public value. */
public final class DiffieHellman {
    private static final int LEAST_BITS = 2048;
    /** A public value may begin with zeros, which are not sent. */
    private static final int TOLERANCE_BYTES = 4;

    private DiffieHellman() {}

    /** The prime's bits, to the next multiple of 64. */
    public static int bits(int publicBytes) {
        return (publicBytes + 7) / 8 * 64;
    }

    static Optional<Finding> weakness(int publicBytes) {
        if (publicBytes * 8 >= LEAST_BITS - TOLERANCE_BYTES * 8) {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                FindingCode.WEAK_DH,
                "the Diffie-Hellman prime has about " + bits(publicBytes) + " bits",
                "Take ECDHE, or a prime of 2048 bits or more"));
    }
}
