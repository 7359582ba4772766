package io.sallyport.tls.material;

import io.sallyport.tls.x509.AlternativeNames;
import io.sallyport.tls.x509.DistinguishedName;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names under which a server certificate may be asked for. */
public final class ServerNames {
    /** A common name is any text; only one that can be a host name is one. */
    private static final Pattern HOST_NAME = Pattern.compile("(\\*\\.)?[\\p{Alnum}_-]+(\\.[\\p{Alnum}_-]+)*\\.?");

    /** RFC 1035 section 2.3.4, with a final dot. The expression above calls itself for each label. */
    private static final int LONGEST = 254;

    private ServerNames() {}

    public static List<String> of(X509Certificate leaf) throws CertificateParsingException {
        AlternativeNames names = AlternativeNames.of(leaf);
        Set<String> result = new LinkedHashSet<>();
        names.dns().forEach(name -> result.add(normal(name)));
        names.addresses().stream().map(InetAddress::getHostAddress).forEach(result::add);
        @Nullable
        String commonName = DistinguishedName.of(leaf.getSubjectX500Principal()).commonName();
        if (!names.present()
                && commonName != null
                && commonName.length() <= LONGEST
                && HOST_NAME.matcher(commonName).matches()) {
            result.add(normal(commonName));
        }
        return List.copyOf(result);
    }

    private static String normal(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
