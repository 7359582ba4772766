package io.sallyport.tls.trust;

import io.netty.util.NetUtil;
import io.sallyport.tls.x509.AlternativeNames;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Locale;

/**
 * Whether a server's certificate is for a name (RFC 9525 section 6): by its subject alternative names alone, never by its
 * common name; {@code *} only as the whole first label, and for exactly one.
 */
final class ServerNameCheck {
    private ServerNameCheck() {}

    /**
     * Looks the name up among those of the certificate.
     *
     * @param name lower case, or an IP address in digits
     * @throws CertificateParsingException when the alternative names are damaged
     */
    static boolean isFor(X509Certificate certificate, String name) throws CertificateParsingException {
        AlternativeNames names = AlternativeNames.of(certificate);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
        if (address != null) {
            return names.addresses().contains(inet(address));
        }
        return names.dns().stream().anyMatch(pattern -> matches(normal(pattern), normal(name)));
    }

    private static boolean matches(String pattern, String name) {
        if (!pattern.startsWith("*.")) {
            return pattern.equals(name);
        }
        int dot = name.indexOf('.');
        String rest = pattern.substring(1);
        // *.com would be for every name there is.
        return dot > 0 && rest.indexOf('.', 1) > 0 && name.substring(dot).equals(rest);
    }

    private static String normal(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static InetAddress inet(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes", e);
        }
    }
}
