package io.sallyport.sources;

import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.IpAddress;
import io.sallyport.sources.PrefixTable.Prefix;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Networks of both families, each looked up in its own table: {@code ::/0} holds no IPv4 address. An IPv4-mapped IPv6 address
 * is the IPv4 address. Immutable.
 */
public final class NetworkSet {
    /** Without any. */
    public static final NetworkSet NONE = of(List.of());

    private static final int IPV4_BYTES = 4;

    private final PrefixTable ipv4;
    private final PrefixTable ipv6;

    private NetworkSet(PrefixTable ipv4, PrefixTable ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    public static NetworkSet of(Collection<Cidr> networks) {
        List<Prefix> ipv4 = new ArrayList<>();
        List<Prefix> ipv6 = new ArrayList<>();
        for (Cidr network : networks) {
            byte[] bytes = IpAddress.bytes(network.address());
            (isIpv4(bytes) ? ipv4 : ipv6).add(new Prefix(high(bytes), low(bytes), network.prefixBits()));
        }
        return new NetworkSet(PrefixTable.of(ipv4), PrefixTable.of(ipv6));
    }

    public boolean contains(InetAddress address) {
        return bits(IpAddress.bytes(address)) >= 0;
    }

    /** The outermost of the networks that an address is in. */
    public Optional<Cidr> find(InetAddress address) {
        byte[] bytes = IpAddress.bytes(address);
        int bits = bits(bytes);
        return bits < 0 ? Optional.empty() : Optional.of(network(bytes, bits));
    }

    /** How many there are, without those that lie within others. */
    public int size() {
        return ipv4.size() + ipv6.size();
    }

    private int bits(byte[] address) {
        return (isIpv4(address) ? ipv4 : ipv6).find(high(address), low(address));
    }

    private static Cidr network(byte[] member, int bits) {
        byte[] first = member.clone();
        for (int bit = bits; bit < first.length * Byte.SIZE; bit++) {
            first[bit / Byte.SIZE] &= (byte) ~(0x80 >> (bit % Byte.SIZE));
        }
        try {
            return new Cidr(InetAddress.getByAddress(first), bits);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    private static boolean isIpv4(byte[] address) {
        return address.length == IPV4_BYTES;
    }

    private static long high(byte[] address) {
        ByteBuffer buffer = ByteBuffer.wrap(address);
        return isIpv4(address) ? (long) buffer.getInt() << Integer.SIZE : buffer.getLong();
    }

    private static long low(byte[] address) {
        return isIpv4(address) ? 0 : ByteBuffer.wrap(address).getLong(Long.BYTES);
    }
}
