package io.sallyport.explain;

/** Which key exchanges a quantum computer would not break (FIPS 203). */
final class PostQuantum {
    private PostQuantum() {}

    /** Whether a group, by its IANA name, has ML-KEM or its draft in it. */
    static boolean isGroup(String name) {
        return name.contains("MLKEM") || name.contains("Kyber");
    }
}
