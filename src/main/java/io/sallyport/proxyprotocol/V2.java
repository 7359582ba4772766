package io.sallyport.proxyprotocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The binary header of version 2 (section 2.2). */
final class V2 {
    private V2() {}

    /**
     * Reads a header whose signature, version and length are right. Of the TLVs only their lengths and the checksum are looked
     * at: nothing is made of the others, so they break nothing.
     *
     * @return empty where the sender speaks for itself (LOCAL; the rest means nothing then), or does not know
     * @throws HeaderException with what breaks the rules
     */
    static Optional<AddressPair> read(ByteBuf header) throws HeaderException {
        int start = header.readerIndex();
        int command = header.getUnsignedByte(start + V2Layout.VERSION) & 0xf;
        if (command == 0) {
            return Optional.empty();
        }
        if (command != 1) {
            throw HeaderException.malformed("command " + command + " (expected: 0, LOCAL, or 1, PROXY)");
        }
        int family = header.getUnsignedByte(start + V2Layout.FAMILY);
        int addresses = V2Layout.addressBytes(header);
        checkFamily(family);
        if (header.readableBytes() < V2Layout.HEAD + addresses) {
            throw HeaderException.malformed(header.readableBytes() - V2Layout.HEAD
                    + " bytes of addresses (expected: at least " + addresses + " for " + name(family) + ")");
        }
        checkTlvs(header, start + V2Layout.HEAD + addresses);
        if (!Checksum.isGood(header)) {
            throw HeaderException.malformed("its CRC32C is wrong");
        }
        int at = start + V2Layout.HEAD;
        return switch (family >>> 4) {
            case 1 -> Optional.of(internet(header, at, 4));
            case 2 -> Optional.of(internet(header, at, 16));
            case 3 -> Optional.of(new AddressPair(path(header, at), path(header, at + V2Layout.UNIX_BYTES)));
            default -> Optional.empty();
        };
    }

    private static void checkFamily(int family) throws HeaderException {
        switch (family) {
            case 0x00, 0x11, 0x21, 0x31 -> {}
            case 0x12, 0x22, 0x32 -> throw HeaderException.malformed(name(family) + " datagrams (expected: a stream)");
            default ->
                throw HeaderException.malformed(String.format(
                        Locale.ROOT,
                        "family 0x%02x (expected: 0x00 unspecified, 0x11 IPv4, 0x21 IPv6 or 0x31 UNIX streams)",
                        family));
        }
    }

    private static String name(int family) {
        return switch (family >>> 4) {
            case 1 -> "IPv4";
            case 2 -> "IPv6";
            default -> "UNIX";
        };
    }

    private static void checkTlvs(ByteBuf header, int first) throws HeaderException {
        int at = first;
        while (at < header.writerIndex()) {
            int left = header.writerIndex() - at;
            int length = left < V2Layout.TLV_HEADER ? 0 : header.getUnsignedShort(at + 1);
            if (left < V2Layout.TLV_HEADER + length) {
                throw HeaderException.malformed("a TLV of " + (V2Layout.TLV_HEADER + length) + " bytes, of which "
                        + left + " are in the header (expected: all)");
            }
            if (header.getByte(at) == Checksum.TYPE && length != Checksum.BYTES) {
                throw HeaderException.malformed("a CRC32C of " + length + " bytes (expected: 4)");
            }
            at += V2Layout.TLV_HEADER + length;
        }
    }

    private static AddressPair internet(ByteBuf header, int at, int addressBytes) {
        int ports = at + 2 * addressBytes;
        return new AddressPair(
                new InetSocketAddress(address(header, at, addressBytes), header.getUnsignedShort(ports)),
                new InetSocketAddress(
                        address(header, at + addressBytes, addressBytes),
                        header.getUnsignedShort(ports + V2Layout.PORT_BYTES)));
    }

    private static InetAddress address(ByteBuf header, int at, int bytes) {
        try {
            return InetAddress.getByAddress(ByteBufUtil.getBytes(header, at, bytes));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(bytes + " bytes", e);
        }
    }

    /** Up to the first NUL, or the whole field. */
    private static DomainSocketAddress path(ByteBuf header, int at) {
        int length = header.bytesBefore(at, V2Layout.UNIX_BYTES, (byte) 0);
        return new DomainSocketAddress(
                header.toString(at, length < 0 ? V2Layout.UNIX_BYTES : length, StandardCharsets.US_ASCII));
    }
}
