package io.sallyport.tls.spiffe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The fields of one message of Protocol Buffers (Encoding, "Message Structure"), in their order.
 *
 * <p>By hand, because two messages of texts and bytes are all that is read: the library is more than all else that the
 * Workload API needs, and from JDK 24 on makes the JVM warn on stderr.
 */
final class WireFields {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;
    private static final int TYPE_BITS = 3;
    private static final int TYPE_MASK = 7;
    private static final int MORE = 0x80;
    private static final int PAYLOAD = 0x7f;
    private static final int PAYLOAD_BITS = 7;

    private final byte[] bytes;
    private int position;

    private WireFields(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A text, bytes or a message. */
    static final class Field {
        private final long number;
        private final byte[] content;

        private Field(long number, byte[] content) {
            this.number = number;
            this.content = content;
        }

        long number() {
            return number;
        }

        byte[] content() {
            return content;
        }
    }

    /**
     * All texts, bytes and messages; fields of other types are passed over, as unknown ones are.
     *
     * @throws WorkloadException when it is no message
     */
    static List<Field> of(byte[] message) throws WorkloadException {
        WireFields reader = new WireFields(message);
        List<Field> fields = new ArrayList<>();
        while (reader.position < message.length) {
            long key = reader.varint();
            switch ((int) key & TYPE_MASK) {
                case VARINT -> reader.varint();
                case FIXED_64 -> reader.take(Long.BYTES);
                case FIXED_32 -> reader.take(Integer.BYTES);
                case LENGTH_DELIMITED -> fields.add(new Field(key >>> TYPE_BITS, reader.take(reader.varint())));
                default -> throw WorkloadException.unusable("a message that is none of Protocol Buffers");
            }
        }
        return fields;
    }

    private long varint() throws WorkloadException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += PAYLOAD_BITS) {
            int next = take(1)[0];
            value |= (long) (next & PAYLOAD) << shift;
            if ((next & MORE) == 0) {
                return value;
            }
        }
        throw WorkloadException.unusable("a number of more than ten bytes in a message");
    }

    private byte[] take(long length) throws WorkloadException {
        if (length < 0 || length > bytes.length - position) {
            throw WorkloadException.unusable("a message that ends within a field");
        }
        int from = position;
        position += (int) length;
        return Arrays.copyOfRange(bytes, from, position);
    }
}
