package io.sallyport.config.value;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The addresses whose first bits are the same (RFC 4632). Text form: {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one
 * address.
 *
 * @param address the first of them
 * @param prefixBits 0 to 32 (IPv4) or 128 (IPv6)
 */
public record Cidr(InetAddress address, int prefixBits) {
    /** The expected form, for the message about a value that does not parse. */
    public static final String RULE = "an address, or a network as 10.0.0.0/8 with no bit set behind its prefix";

    /** Anything else would be looked up in the DNS. */
    private static final Pattern LITERAL = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");

    private static final Pattern IPV4 =
            Pattern.compile("OCTET(\\.OCTET){3}".replace("OCTET", "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"));

    public Cidr {
        int hostBits = bits(address) - prefixBits;
        BigInteger number = new BigInteger(1, IpAddress.bytes(address));
        if (prefixBits < 0
                || hostBits < 0
                || !number.shiftRight(hostBits).shiftLeft(hostBits).equals(number)) {
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
        // The JDK would look 300.0.0.1 up in the DNS, too.
        Pattern form = parts[0].contains(":") ? LITERAL : IPV4;
        if (parts.length > 2 || !form.matcher(parts[0]).matches()) {
            throw new IllegalArgumentException(RULE);
        }
        try {
            InetAddress address = InetAddress.getByName(parts[0]);
            return new Cidr(address, parts.length == 1 ? bits(address) : Integer.parseInt(parts[1]));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(RULE, e);
        }
    }

    /** Whether the text is written as one address; a host name is not, even one that ends in a digit. */
    public static boolean isAddress(String text) {
        return LITERAL.matcher(text).matches();
    }

    public boolean contains(InetAddress candidate) {
        byte[] network = IpAddress.bytes(address);
        byte[] bytes = IpAddress.bytes(candidate);
        if (bytes.length != network.length) {
            return false;
        }
        int whole = prefixBits / Byte.SIZE;
        if (!Arrays.equals(bytes, 0, whole, network, 0, whole)) {
            return false;
        }
        int rest = prefixBits % Byte.SIZE;
        return rest == 0 || ((bytes[whole] ^ network[whole]) & 0xFF) >> (Byte.SIZE - rest) == 0;
    }

    @Override
    public String toString() {
        String text = address.getHostAddress();
        return prefixBits == bits(address) ? text : text + "/" + prefixBits;
    }

    private static int bits(InetAddress address) {
        return IpAddress.bytes(address).length * Byte.SIZE;
    }
}
