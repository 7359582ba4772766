package io.sallyport.tls.x509;

import io.sallyport.tls.x509.DerReader.Element;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The subject alternative names of a certificate (RFC 5280 section 4.2.1.6), as they are written there.
 *
 * <p>Read from the DER and not by the JDK, which passes over the whole extension for one name that it does not like, and
 * which takes an address of 8 bytes for a network, as no DNS name but in the DNS could it be looked up.
 *
 * @param present whether the certificate has the extension at all
 * @param unreadable the kinds of which there are names besides, that are no visible ASCII or longer than any name is
 */
public record AlternativeNames(
        boolean present,
        List<String> dns,
        List<String> uris,
        List<String> emails,
        List<InetAddress> addresses,
        Set<Kind> unreadable) {
    private static final String EXTENSION = "2.5.29.17";
    private static final int OTHER_NAME = 0xa0;
    private static final int EMAIL = 0x81;
    private static final int DNS = 0x82;
    private static final int URI = 0x86;
    private static final int ADDRESS = 0x87;

    /** The rest of the tag, whatever says that it is constructed, is one of the kinds above. */
    private static final int CONSTRUCTED = 0x20;

    /** The SmtpUTF8Mailbox of RFC 9598: an e-mail address in another form. */
    private static final byte[] INTERNATIONAL_EMAIL = HexFormat.of().parseHex("2b06010505070809");

    /** The longest that a SPIFFE ID may be; DNS names and mailboxes are much shorter. */
    private static final int LONGEST = 2048;

    /** The kinds that rules speak of as text. */
    public enum Kind {
        DNS,
        URI,
        EMAIL
    }

    public AlternativeNames {
        dns = List.copyOf(dns);
        uris = List.copyOf(uris);
        emails = List.copyOf(emails);
        addresses = List.copyOf(addresses);
        unreadable = Set.copyOf(unreadable);
    }

    /**
     * The alternative names of a certificate.
     *
     * @throws CertificateParsingException when the extension is damaged
     */
    public static AlternativeNames of(X509Certificate certificate) throws CertificateParsingException {
        byte @Nullable [] extension = certificate.getExtensionValue(EXTENSION);
        if (extension == null) {
            return new AlternativeNames(false, List.of(), List.of(), List.of(), List.of(), Set.of());
        }
        Names names = new Names();
        try {
            DerReader outer =
                    new DerReader(extension).next(DerReader.OCTET_STRING).inside();
            DerReader inner = outer.next(DerReader.SEQUENCE).inside();
            while (!inner.isAtEnd()) {
                names.add(inner.next());
            }
            if (!outer.isAtEnd()) {
                throw new CertificateParsingException("something follows the names");
            }
        } catch (CertificateParsingException e) {
            throw new CertificateParsingException("subjectAltName is damaged: " + e.getMessage(), e);
        }
        return new AlternativeNames(true, names.dns, names.uris, names.emails, names.addresses, names.unreadable);
    }

    private static final class Names {
        private final List<String> dns = new ArrayList<>();
        private final List<String> uris = new ArrayList<>();
        private final List<String> emails = new ArrayList<>();
        private final List<InetAddress> addresses = new ArrayList<>();
        private final Set<Kind> unreadable = EnumSet.noneOf(Kind.class);

        private void add(Element name) throws CertificateParsingException {
            switch (name.tag()) {
                case DNS -> addText(name, dns, Kind.DNS);
                case URI -> addText(name, uris, Kind.URI);
                case EMAIL -> addText(name, emails, Kind.EMAIL);
                case ADDRESS -> addresses.add(address(name.content()));
                case DNS | CONSTRUCTED, URI | CONSTRUCTED, EMAIL | CONSTRUCTED, ADDRESS | CONSTRUCTED ->
                    throw new CertificateParsingException("a name in pieces");
                case OTHER_NAME -> addOther(name);
                default -> {
                    // No rule and no lookup speaks of the other kinds.
                }
            }
        }

        private void addText(Element name, List<String> names, Kind kind) {
            byte[] bytes = name.content();
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            if (bytes.length == 0 || bytes.length > LONGEST || !text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
                unreadable.add(kind);
            } else {
                names.add(text);
            }
        }

        private void addOther(Element name) throws CertificateParsingException {
            byte[] type = name.inside().next(DerReader.OBJECT_IDENTIFIER).content();
            if (Arrays.equals(type, INTERNATIONAL_EMAIL)) {
                unreadable.add(Kind.EMAIL);
            }
        }

        private static InetAddress address(byte[] bytes) throws CertificateParsingException {
            try {
                return InetAddress.getByAddress(bytes);
            } catch (UnknownHostException e) {
                throw new CertificateParsingException(
                        "an iPAddress of " + bytes.length + " bytes (expected: 4 or 16)", e);
            }
        }
    }
}
