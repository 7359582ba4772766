package io.sallyport.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.jspecify.annotations.Nullable;

/**
 * The subject alternative names of a certificate (RFC 5280 section 4.2.1.6), as they are written there.
 *
 * @param present whether the certificate has the extension at all
 */
record AlternativeNames(
        boolean present, List<String> dns, List<String> uris, List<String> emails, List<InetAddress> addresses) {
    private static final String EXTENSION = "2.5.29.17";

    AlternativeNames {
        dns = List.copyOf(dns);
        uris = List.copyOf(uris);
        emails = List.copyOf(emails);
        addresses = List.copyOf(addresses);
    }

    /** @throws CertificateParsingException when the extension is damaged */
    static AlternativeNames of(X509Certificate certificate) throws CertificateParsingException {
        byte @Nullable [] extension = certificate.getExtensionValue(EXTENSION);
        if (extension == null) {
            return new AlternativeNames(false, List.of(), List.of(), List.of(), List.of());
        }
        Names names = new Names();
        @Nullable Collection<List<?>> parsed = certificate.getSubjectAlternativeNames();
        if (parsed == null) {
            // The JDK passes over the whole extension for one name that it does not like, as one with an underscore:
            // taken for a certificate without the extension, its common name would count.
            BouncyCastleNames.addAll(extension, names);
        } else {
            for (List<?> name : parsed) {
                names.add((Integer) name.get(0), name.get(1));
            }
        }
        return new AlternativeNames(true, names.dns, names.uris, names.emails, names.addresses);
    }

    private static final class Names {
        private final List<String> dns = new ArrayList<>();
        private final List<String> uris = new ArrayList<>();
        private final List<String> emails = new ArrayList<>();
        private final List<InetAddress> addresses = new ArrayList<>();

        private void add(int type, Object value) throws CertificateParsingException {
            switch (type) {
                case GeneralName.dNSName -> dns.add((String) value);
                case GeneralName.uniformResourceIdentifier -> uris.add((String) value);
                case GeneralName.rfc822Name -> emails.add((String) value);
                case GeneralName.iPAddress -> addresses.add(address((String) value));
                default -> {
                    // No rule and no lookup speaks of the other kinds.
                }
            }
        }

        private static InetAddress address(String literal) throws CertificateParsingException {
            try {
                // An address in digits: nothing is resolved.
                return InetAddress.getByName(literal);
            } catch (UnknownHostException e) {
                throw new CertificateParsingException("bad address in subjectAltName", e);
            }
        }

        private static InetAddress address(byte[] bytes) throws CertificateParsingException {
            try {
                return InetAddress.getByAddress(bytes);
            } catch (UnknownHostException e) {
                throw new CertificateParsingException("bad address in subjectAltName", e);
            }
        }
    }

    /** A class of its own, for Bouncy Castle's classes cost a start much. */
    private static final class BouncyCastleNames {
        private static void addAll(byte[] extension, Names names) throws CertificateParsingException {
            try {
                for (GeneralName name : GeneralNames.getInstance(
                                ASN1OctetString.getInstance(extension).getOctets())
                        .getNames()) {
                    add(name, names);
                }
            } catch (IllegalArgumentException e) {
                throw new CertificateParsingException("subjectAltName is damaged", e);
            }
        }

        private static void add(GeneralName name, Names names) throws CertificateParsingException {
            if (name.getName() instanceof ASN1IA5String text) {
                names.add(name.getTagNo(), text.getString());
            } else if (name.getTagNo() == GeneralName.iPAddress) {
                byte[] bytes = ASN1OctetString.getInstance(name.getName()).getOctets();
                names.addresses.add(Names.address(bytes));
            }
        }
    }
}
