package io.sallyport.tls.path;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.jspecify.annotations.Nullable;

/** The names of a certificate that name constraints speak of (RFC 5280 section 4.2.1.10). */
final class ConstrainedNames {
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";

    /** A common name of this form is read as a host by clients that know no subjectAltName. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_*-]+(\\.[A-Za-z0-9_*-]+)+\\.?");

    private ConstrainedNames() {}

    /**
     * The subject, the alternative names, and what the subject has instead of them.
     *
     * @param leaf whether it is the peer's own: without a DNS name, its common name counts as one if it may be a host
     */
    static List<GeneralName> of(X509Certificate certificate, boolean leaf) throws ClientCertificateException {
        try {
            List<GeneralName> names = new ArrayList<>(alternativeNames(certificate));
            boolean hasHost = names.stream().anyMatch(name -> name.getTagNo() == GeneralName.dNSName);
            X500Name subject =
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            if (subject.size() > 0) {
                names.add(new GeneralName(subject));
            }
            texts(subject, BCStyle.EmailAddress)
                    .forEach(mailbox -> names.add(new GeneralName(GeneralName.rfc822Name, mailbox)));
            if (leaf && !hasHost) {
                texts(subject, BCStyle.CN).stream()
                        .filter(text -> HOST.matcher(text).matches())
                        .forEach(host -> names.add(new GeneralName(GeneralName.dNSName, host)));
            }
            return names;
        } catch (IllegalArgumentException e) {
            throw ClientCertificateException.malformed(
                    new CertificateParsingException("a name of it is damaged: " + e.getMessage(), e));
        }
    }

    private static List<GeneralName> alternativeNames(X509Certificate certificate) {
        byte @Nullable [] extension = certificate.getExtensionValue(ALTERNATIVE_NAMES);
        return extension == null
                ? List.of()
                : List.of(GeneralNames.getInstance(
                                ASN1OctetString.getInstance(extension).getOctets())
                        .getNames());
    }

    private static List<String> texts(X500Name name, ASN1ObjectIdentifier type) {
        List<String> texts = new ArrayList<>();
        for (RDN part : name.getRDNs(type)) {
            for (AttributeTypeAndValue attribute : part.getTypesAndValues()) {
                if (attribute.getType().equals(type) && attribute.getValue() instanceof ASN1String text) {
                    texts.add(text.getString());
                }
            }
        }
        return texts;
    }
}
