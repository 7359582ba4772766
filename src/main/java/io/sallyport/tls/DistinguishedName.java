package io.sallyport.tls;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.Attributes;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** The parts of an X.500 name, most specific first. */
public record DistinguishedName(List<Rdn> parts) {
    /** A peer chooses its subject: what is logged of it has an end. */
    private static final int SHOWN = 256;

    public DistinguishedName {
        parts = List.copyOf(parts);
    }

    static DistinguishedName of(X500Principal name) {
        try {
            List<Rdn> parts = new ArrayList<>(new LdapName(name.getName(X500Principal.RFC2253)).getRdns());
            Collections.reverse(parts);
            return new DistinguishedName(parts);
        } catch (InvalidNameException e) {
            // The text is the JDK's own; a name that it cannot read back has no parts that a rule may rely on.
            return new DistinguishedName(List.of());
        }
    }

    /** The name as messages show it: RFC 2253, without control characters, not longer than 256. */
    public static String display(X500Principal name) {
        String text = printable(name.getName(X500Principal.RFC2253));
        if (text.isEmpty()) {
            return "(empty name)";
        }
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }

    static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}|[\\u2028\\u2029]", "?");
    }

    /** The most specific value of {@code type} (CN, OU, O). */
    @Nullable
    String first(String type) {
        List<String> values = all(type);
        return values.isEmpty() ? null : values.get(0);
    }

    /** Every text value of {@code type}, most specific first. */
    List<String> all(String type) {
        List<String> values = new ArrayList<>();
        for (Rdn part : parts) {
            Attributes attributes = part.toAttributes();
            @Nullable Attribute attribute = attributes.get(type);
            if (attribute != null) {
                addTexts(attribute, values);
            }
        }
        return values;
    }

    private static void addTexts(Attribute attribute, List<String> values) {
        try {
            for (int i = 0; i < attribute.size(); i++) {
                if (attribute.get(i) instanceof String text) {
                    values.add(text);
                }
            }
        } catch (NamingException e) {
            throw new IllegalStateException("an attribute in memory cannot be read", e);
        }
    }
}
