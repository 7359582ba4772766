package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.wire.HandshakeMessage.CertificateChain;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the lengths in the body of a Certificate message of TLS 1.2 (RFC 5246 section 7.4.2) as its fragments pass, so that
 * a chain of any size costs no memory.
 */
public final class CertificateLengths {
    private static final int LENGTH_BYTES = 3;

    private final List<Integer> lengths = new ArrayList<>(3);
    private int count;
    // The length of the list stands before the first certificate in the same form, and has nothing to skip.
    private boolean inList;
    private int length;
    private int lengthBytes;
    private int toSkip;

    /** Takes the next {@code available} bytes of the body at an absolute index. */
    void read(ByteBuf buffer, int index, int available) {
        int end = index + available;
        int at = index;
        while (at < end) {
            if (toSkip > 0) {
                int skipped = Math.min(toSkip, end - at);
                toSkip -= skipped;
                at += skipped;
                continue;
            }
            length = length << 8 | buffer.getUnsignedByte(at++);
            if (++lengthBytes == LENGTH_BYTES) {
                onLength();
            }
        }
    }

    private void onLength() {
        if (inList) {
            count++;
            toSkip = length;
            if (lengths.size() < CertificateChain.MAX_LENGTHS) {
                lengths.add(length);
            }
        }
        inList = true;
        length = 0;
        lengthBytes = 0;
    }

    public CertificateChain toChain() {
        return new CertificateChain(count, lengths);
    }
}
