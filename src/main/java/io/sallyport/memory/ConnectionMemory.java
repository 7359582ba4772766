package io.sallyport.memory;

/**
 * What a connection is reckoned to hold at most, both of its sides together, in each phase of its life. Bounds, not
 * measurements of each phase: from the sizes of what is kept, and rounded up. Under {@code .ci/container-attacks} the control
 * group grew by 21 KiB for an idle connection and by 34 KiB for one that stopped after its ClientHello, heap included; those
 * with client certificates and with TLS to the backend were not attacked. The manual has the table.
 *
 * @param heap bytes of Java objects
 * @param direct bytes of buffers
 * @param resident bytes outside of both: BoringSSL's, and the kernel's for sockets and descriptors
 */
public record ConnectionMemory(long heap, long direct, long resident) {
    private static final long KIB = 1 << 10;

    /** Connected, and nothing was sent yet. */
    public static final ConnectionMemory SILENT = kibibytes(6, 0, 6);

    /** From the first byte of a ClientHello of up to 16 KiB to the client's Finished. */
    public static final ConnectionMemory HANDSHAKING = kibibytes(24, 18, 44);

    /** The same while a client certificate of up to 64 KiB comes in. */
    public static final ConnectionMemory CLIENT_CERTIFICATE = kibibytes(32, 18, 110);

    /** After the handshake, with its backend, and nothing under way. */
    public static final ConnectionMemory IDLE = kibibytes(10, 0, 32);

    /** A part of a record in each direction, when memory is short: {@link DirectMemory.Share#LEAST}. */
    public static final ConnectionMemory RELAYING = kibibytes(12, 18, 56);

    /** On top where the backend is spoken to by TLS. */
    public static final ConnectionMemory BACKEND_TLS = kibibytes(6, 0, 40);

    private static ConnectionMemory kibibytes(long heap, long direct, long resident) {
        return new ConnectionMemory(heap * KIB, direct * KIB, resident * KIB);
    }

    /** The most of each that a connection comes to. */
    public static ConnectionMemory atMost(boolean clientCertificates, boolean backendTls) {
        ConnectionMemory most = (clientCertificates ? CLIENT_CERTIFICATE : HANDSHAKING).or(RELAYING);
        return backendTls ? most.and(BACKEND_TLS) : most;
    }

    private ConnectionMemory or(ConnectionMemory other) {
        return new ConnectionMemory(
                Math.max(heap, other.heap), Math.max(direct, other.direct), Math.max(resident, other.resident));
    }

    private ConnectionMemory and(ConnectionMemory other) {
        return new ConnectionMemory(heap + other.heap, direct + other.direct, resident + other.resident);
    }
}
