package io.sallyport.proxyprotocol;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The line of version 1 (section 2.1), for people to read.
 *
 * <p>Stricter than haproxy in two things: a number that is too large is refused, which haproxy takes modulo 256 or 65536; and
 * so is a leading zero, which the section forbids since some read it as octal.
 */
final class V1 {
    private static final int PARTS = 6;
    private static final int MAX_PORT = 65535;
    private static final String FORM = "PROXY TCP4|TCP6 SOURCE DESTINATION SOURCE-PORT DESTINATION-PORT";

    private static final String NUMBER = "(0|[1-9]\\d{0,4})";
    private static final Pattern DECIMAL = Pattern.compile(NUMBER);
    private static final Pattern IPV4 = Pattern.compile(NUMBER + "\\." + NUMBER + "\\." + NUMBER + "\\." + NUMBER);

    private V1() {}

    /**
     * Reads the line, without its end.
     *
     * @return empty where the sender does not know the client; what stands behind that means nothing
     * @throws HeaderException with the part that breaks the rules
     */
    static Optional<AddressPair> read(String line) throws HeaderException {
        String[] parts = line.split(" ", -1);
        if (parts[1].equals("UNKNOWN")) {
            return Optional.empty();
        }
        if (!parts[1].equals("TCP4") && !parts[1].equals("TCP6")) {
            throw HeaderException.malformed(quoted(parts[1]) + " (expected: TCP4, TCP6 or UNKNOWN)");
        }
        if (parts.length != PARTS) {
            throw HeaderException.malformed(
                    parts.length + " parts (expected: 6 parts with one space between them, as " + FORM + ")");
        }
        return Optional.of(
                new AddressPair(endpoint(parts[1], parts[2], parts[4]), endpoint(parts[1], parts[3], parts[5])));
    }

    private static InetSocketAddress endpoint(String family, String address, String port) throws HeaderException {
        return new InetSocketAddress(address(family, address), port(port));
    }

    private static InetAddress address(String family, String text) throws HeaderException {
        boolean valid = family.equals("TCP4") ? isIpv4(text) : isIpv6(text);
        InetAddress address = valid ? NetUtil.createInetAddressFromIpAddressString(text) : null;
        if (address == null) {
            throw HeaderException.malformed(
                    quoted(text) + " (expected: an " + (family.equals("TCP4") ? "IPv4" : "IPv6") + " address)");
        }
        return address;
    }

    private static boolean isIpv4(String text) {
        Matcher numbers = IPV4.matcher(text);
        if (!numbers.matches()) {
            return false;
        }
        for (int group = 1; group <= numbers.groupCount(); group++) {
            if (Integer.parseInt(numbers.group(group)) > 255) {
                return false;
            }
        }
        return true;
    }

    /** No brackets and no zone, which belong to other forms and mean nothing on another machine. */
    private static boolean isIpv6(String text) {
        return text.indexOf('%') < 0 && text.indexOf('[') < 0 && NetUtil.isValidIpV6Address(text);
    }

    private static int port(String text) throws HeaderException {
        int port = DECIMAL.matcher(text).matches() ? Integer.parseInt(text) : MAX_PORT + 1;
        if (port > MAX_PORT) {
            throw HeaderException.malformed(quoted(text) + " (expected: a port, 0..65535)");
        }
        return port;
    }

    /** A stranger's bytes, which reach a terminal by way of the log. */
    private static String quoted(String part) {
        StringBuilder text = new StringBuilder("\"");
        part.chars()
                .forEach(c -> text.append(
                        c > ' ' && c < 0x7f ? String.valueOf((char) c) : String.format(Locale.ROOT, "\\x%02x", c)));
        return text.append('"').toString();
    }
}
