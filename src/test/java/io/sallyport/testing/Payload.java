package io.sallyport.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/**
 * Bytes without end that look random, the same for the same seed; every block differs from all others, so that a lost,
 * doubled or moved block shows in a hash.
 */
public final class Payload {
    private static final int BLOCK = 64 * 1024;

    private final byte[] block = new byte[BLOCK];

    public Payload(long seed) {
        new Random(seed).nextBytes(block);
    }

    /** The first {@code length} bytes. */
    public byte[] bytes(int length) {
        byte[] result = new byte[length];
        for (int at = 0; at < length; at += BLOCK) {
            System.arraycopy(block(at / BLOCK), 0, result, at, Math.min(BLOCK, length - at));
        }
        return result;
    }

    public void writeTo(OutputStream out, long length) throws IOException {
        for (long at = 0; at < length; at += BLOCK) {
            out.write(block(at / BLOCK), 0, (int) Math.min(BLOCK, length - at));
        }
    }

    /** SHA-256 of the first {@code length} bytes, in hex. */
    public String sha256(long length) {
        MessageDigest digest = sha256();
        for (long at = 0; at < length; at += BLOCK) {
            digest.update(block(at / BLOCK), 0, (int) Math.min(BLOCK, length - at));
        }
        return hex(digest);
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private byte[] block(long number) {
        byte[] numbered = block.clone();
        ByteBuffer.wrap(numbered).putLong(0, number);
        return numbered;
    }
}
