package io.sallyport.config;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * The addresses whose first bits are the same (RFC 4632). Text form: {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one
 * address.
 *
 * @param address the first of them
 * @param prefixBits 0 to 32 (IPv4) or 128 (IPv6)
 */
public record Cidr(InetAddress address, int prefixBits) {
    /** What a value that does not parse is told to look like. */
    public static final String RULE = "an address, or a network as 10.0.0.0/8 with no bit set behind its prefix";

    /** Anything else would be looked up in the DNS. */
    private static final Pattern LITERAL = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");

    public Cidr {
        int hostBits = bits(address) - prefixBits;
        if (prefixBits < 0 || hostBits < 0 || !isCut(number(address), hostBits)) {
            throw new IllegalArgumentException(RULE);
        }
    }

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static Cidr parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length > 2 || !LITERAL.matcher(parts[0]).matches()) {
            throw new IllegalArgumentException(RULE);
        }
        try {
            InetAddress address = InetAddress.getByName(parts[0]);
            return new Cidr(address, parts.length == 1 ? bits(address) : Integer.parseInt(parts[1]));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(RULE, e);
        }
    }

    public boolean contains(InetAddress candidate) {
        int hostBits = bits(address) - prefixBits;
        return bits(candidate) == bits(address)
                && number(candidate).shiftRight(hostBits).equals(number(address).shiftRight(hostBits));
    }

    @Override
    public String toString() {
        return prefixBits == bits(address) ? address.getHostAddress() : address.getHostAddress() + "/" + prefixBits;
    }

    private static boolean isCut(BigInteger number, int hostBits) {
        return number.shiftRight(hostBits).shiftLeft(hostBits).equals(number);
    }

    private static int bits(InetAddress address) {
        return address.getAddress().length * Byte.SIZE;
    }

    private static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }
}
