package io.sallyport.tls.path;

import io.sallyport.tls.x509.DistinguishedName;
import java.util.Locale;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * Whether a name lies in the subtree that a name constraint spans, by kind (RFC 5280 section 4.2.1.10).
 *
 * <p>As OpenSSL compares them, and stricter where two readings are possible: an exclusion also meets a wildcard that may
 * stand for the excluded host, and a mailbox in other letters.
 */
final class NameSubtree {
    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e]+");
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[.*");

    private NameSubtree() {}

    /** {@code base} itself; @throws IllegalArgumentException when it spans no subtree */
    static GeneralName checked(GeneralName base) {
        switch (base.getTagNo()) {
            case GeneralName.dNSName, GeneralName.rfc822Name, GeneralName.uniformResourceIdentifier -> text(base);
            case GeneralName.directoryName -> X500Name.getInstance(base.getName());
            case GeneralName.iPAddress -> {
                int length = octets(base).length;
                if (length != 8 && length != 32) {
                    throw new IllegalArgumentException("an address with a mask of " + length + " bytes");
                }
            }
            default -> {
                // Counts against names of that kind alone, and then refuses them.
            }
        }
        return base;
    }

    /** Whether constraints on its kind can be held against {@code name}. */
    static boolean isComparable(GeneralName name) {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName -> PRINTABLE.matcher(text(name)).matches();
            case GeneralName.rfc822Name ->
                PRINTABLE.matcher(text(name)).matches() && text(name).indexOf('@') > 0;
            case GeneralName.uniformResourceIdentifier -> isHostName(host(text(name)));
            case GeneralName.directoryName -> true;
            case GeneralName.iPAddress -> octets(name).length == 4 || octets(name).length == 16;
            default -> false;
        };
    }

    /** Whether a comparable {@code name} lies in the permitted subtree of {@code base}; false for another kind. */
    static boolean permits(GeneralName base, GeneralName name) {
        return contains(base, name, false);
    }

    /** Whether a comparable {@code name} may stand for something in the excluded subtree of {@code base}. */
    static boolean excludes(GeneralName base, GeneralName name) {
        return contains(base, name, true);
    }

    /** A name as messages show it. */
    static String display(GeneralName name) {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName, GeneralName.rfc822Name, GeneralName.uniformResourceIdentifier ->
                DistinguishedName.shortened(text(name));
            default -> DistinguishedName.shortened(name.toString());
        };
    }

    private static boolean contains(GeneralName base, GeneralName name, boolean excluded) {
        if (base.getTagNo() != name.getTagNo()) {
            return false;
        }
        return switch (name.getTagNo()) {
            case GeneralName.dNSName -> containsHost(domain(text(base)), domain(text(name)), excluded);
            case GeneralName.rfc822Name -> containsMailbox(text(base), text(name), excluded);
            case GeneralName.uniformResourceIdentifier ->
                containsDomain(domain(text(base)), domain(host(text(name))), excluded);
            case GeneralName.directoryName ->
                startsWith(X500Name.getInstance(name.getName()), X500Name.getInstance(base.getName()));
            case GeneralName.iPAddress -> containsAddress(octets(base), octets(name));
            default -> false;
        };
    }

    private static boolean containsHost(String base, String host, boolean excluded) {
        if (base.isEmpty() || host.equals(base)) {
            return true;
        }
        if (host.endsWith(base.startsWith(".") ? base : "." + base)) {
            return true;
        }
        int dot = base.indexOf('.');
        return excluded && host.startsWith("*.") && dot > 0 && host.substring(1).equals(base.substring(dot));
    }

    private static boolean containsMailbox(String base, String mailbox, boolean excluded) {
        int at = mailbox.lastIndexOf('@');
        int baseAt = base.lastIndexOf('@');
        if (baseAt < 0) {
            return containsDomain(domain(base), domain(mailbox.substring(at + 1)), excluded);
        }
        String local = mailbox.substring(0, at);
        String baseLocal = base.substring(0, baseAt);
        return domain(base.substring(baseAt + 1)).equals(domain(mailbox.substring(at + 1)))
                && (excluded ? local.equalsIgnoreCase(baseLocal) : local.equals(baseLocal));
    }

    /** Of mailboxes and URIs: one host, or with a dot in front all below it. */
    private static boolean containsDomain(String base, String host, boolean excluded) {
        if (base.isEmpty()) {
            return excluded;
        }
        return base.startsWith(".") ? host.endsWith(base) : host.equals(base);
    }

    private static boolean startsWith(X500Name name, X500Name base) {
        RDN[] parts = name.getRDNs();
        RDN[] baseParts = base.getRDNs();
        if (baseParts.length > parts.length) {
            return false;
        }
        for (int i = 0; i < baseParts.length; i++) {
            if (!IETFUtils.rDNAreEqual(baseParts[i], parts[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean containsAddress(byte[] base, byte[] address) {
        if (base.length != 2 * address.length) {
            return false;
        }
        for (int i = 0; i < address.length; i++) {
            if (((base[i] ^ address[i]) & base[address.length + i]) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The host of an absolute URI (RFC 3986 section 3.2.2); empty where there is none. */
    private static String host(String uri) {
        int start = uri.indexOf("://");
        if (start < 0) {
            return "";
        }
        String rest = uri.substring(start + 3);
        String authority = rest.split("[/?#\\\\]", 2)[0];
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        return host.startsWith("[") ? host : host.split(":", 2)[0];
    }

    private static boolean isHostName(String host) {
        return PRINTABLE.matcher(host).matches() && !ADDRESS.matcher(host).matches() && host.indexOf('%') < 0;
    }

    private static String domain(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static String text(GeneralName name) {
        return ASN1IA5String.getInstance(name.getName()).getString();
    }

    private static byte[] octets(GeneralName name) {
        return ASN1OctetString.getInstance(name.getName()).getOctets();
    }
}
