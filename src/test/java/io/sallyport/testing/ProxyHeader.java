package io.sallyport.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A PROXY protocol header of version 2 as a server got it, taken apart by the letter of the specification. */
public final class ProxyHeader {
    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    private static final int SSL = 0x20;
    private static final int CRC32C = 0x03;

    private final byte[] bytes;
    private final Map<Integer, List<byte[]>> tlvs = new LinkedHashMap<>();
    private final int command;
    private final int family;
    private final String source;
    private final String destination;
    private int client;
    private long verify = -1;

    /** Reads a header, and not a byte more. */
    public static ProxyHeader read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        byte[] head = new byte[16];
        data.readFully(head);
        byte[] rest = new byte[ByteBuffer.wrap(head).getShort(14) & 0xffff];
        data.readFully(rest);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(head);
        all.write(rest);
        return parse(all.toByteArray());
    }

    public static ProxyHeader parse(byte[] bytes) throws IOException {
        return new ProxyHeader(bytes);
    }

    private ProxyHeader(byte[] bytes) throws IOException {
        this.bytes = bytes;
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (!Arrays.equals(take(in, SIGNATURE.length), SIGNATURE)) {
            throw new AssertionError("no header of version 2");
        }
        int version = in.get();
        command = version & 15;
        family = in.get();
        if (version >> 4 != 2 || (in.getShort() & 0xffff) != in.remaining()) {
            throw new AssertionError("version or length");
        }
        int length = addressLength(family);
        byte[] from = take(in, length);
        byte[] to = take(in, length);
        switch (family >> 4) {
            case 1, 2 -> {
                source = InetAddress.getByAddress(from).getHostAddress() + " " + (in.getShort() & 0xffff);
                destination = InetAddress.getByAddress(to).getHostAddress() + " " + (in.getShort() & 0xffff);
            }
            default -> {
                source = new String(from, StandardCharsets.US_ASCII).replace("\0", "");
                destination = new String(to, StandardCharsets.US_ASCII).replace("\0", "");
            }
        }
        readTlvs(in);
        if (has(SSL)) {
            ByteBuffer inner = ByteBuffer.wrap(value(SSL));
            client = inner.get();
            verify = inner.getInt() & 0xffffffffL;
            readTlvs(inner);
        }
    }

    /** 0 LOCAL, 1 PROXY. */
    public int command() {
        return command;
    }

    /** Address family and transport, as 0x11 for TCP over IPv4. */
    public int family() {
        return family;
    }

    /** Address and port, or a path. */
    public String source() {
        return source;
    }

    /** Address and port, or a path. */
    public String destination() {
        return destination;
    }

    /** The bits of the TLV for SSL; 0 without it. */
    public int client() {
        return client;
    }

    /** Of the TLV for SSL; -1 without it. */
    public long verify() {
        return verify;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public int size() {
        return bytes.length;
    }

    /** Types in order; those inside the one for SSL follow the others. */
    public Set<Integer> types() {
        return tlvs.keySet();
    }

    public boolean has(int type) {
        return tlvs.containsKey(type);
    }

    /** The one value of a type, as text. */
    public String text(int type) {
        return new String(value(type), StandardCharsets.UTF_8);
    }

    /** Every value of a type, as text. */
    public List<String> texts(int type) {
        return tlvs.getOrDefault(type, List.of()).stream()
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .toList();
    }

    /** The one value of a type. */
    public byte[] value(int type) {
        List<byte[]> values = Objects.requireNonNull(tlvs.get(type), () -> "no TLV " + type + " in " + tlvs.keySet());
        if (values.size() != 1) {
            throw new AssertionError(values.size() + " TLVs " + type);
        }
        return values.get(0);
    }

    /** Whether the checksum that it carries is that of its bytes, by the polynomial. */
    public boolean isChecksumRight() {
        int told = ByteBuffer.wrap(value(CRC32C)).getInt();
        byte[] zeroed = bytes.clone();
        int at = 16 + 2 * addressLength(family) + (family >> 4 == 3 ? 0 : 4);
        while (zeroed[at] != CRC32C) {
            at += 3 + (ByteBuffer.wrap(zeroed).getShort(at + 1) & 0xffff);
        }
        ByteBuffer.wrap(zeroed).putInt(at + 3, 0);
        int sum = -1;
        for (byte one : zeroed) {
            sum ^= one & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                sum = (sum >>> 1) ^ ((sum & 1) == 0 ? 0 : 0x82F63B78);
            }
        }
        return ~sum == told;
    }

    private static int addressLength(int family) {
        return switch (family >> 4) {
            case 1 -> 4;
            case 2 -> 16;
            case 3 -> 108;
            default -> 0;
        };
    }

    private void readTlvs(ByteBuffer in) {
        while (in.hasRemaining()) {
            int type = in.get() & 0xff;
            tlvs.computeIfAbsent(type, any -> new ArrayList<>()).add(take(in, in.getShort() & 0xffff));
        }
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] taken = new byte[length];
        in.get(taken);
        return taken;
    }
}
