package io.sallyport.explain.judge;

/** Which key exchanges a quantum computer would not break (FIPS 203). */
public final class PostQuantum {
    private PostQuantum() {}

    /** Whether a group, by its IANA name, has ML-KEM or its draft in it. */
    public static boolean isGroup(String name) {
        return name.contains("MLKEM") || name.contains("Kyber");
    }
}
