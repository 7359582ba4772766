package io.sallyport.tls.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sallyport.config.tls.AccessRuleConfig;
import io.sallyport.config.tls.AccessRuleConfig.Condition;
import io.sallyport.config.tls.AccessRuleConfig.Exactly;
import io.sallyport.config.tls.AccessRuleConfig.IssuedBy;
import io.sallyport.config.tls.AccessRuleConfig.Matches;
import io.sallyport.config.tls.AccessRuleConfig.Name;
import io.sallyport.config.tls.AccessRuleConfig.Serial;
import io.sallyport.config.tls.AccessRuleConfig.Within;
import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.SegmentPattern;
import io.sallyport.config.value.SegmentPattern.Kind;
import io.sallyport.testing.OddCertificate;
import io.sallyport.tls.x509.DistinguishedName;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.DERUniversalString;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What each kind of rule sees in a name that is encoded oddly.
 *
 * <p>{@code YES}: a deny rule refuses the client, and an allow rule lets it in. {@code NO}: neither. {@code MAYBE}: a deny
 * rule refuses it, and an allow rule does not let it in.
 */
class OddNamesTest {
    private static final Condition ROOT = new Exactly(Name.CN, "root");
    private static final Condition GUESTS = uri("spiffe://prod/guests/**");
    private static final Condition GUEST = uri("spiffe://prod/guests/a");
    private static final Condition HOSTS = dns("*.guests.example");
    private static final Condition MAILBOX = new Exactly(Name.EMAIL, "Ops@example.com");
    private static final Condition ISSUER = new IssuedBy(new X500Principal("CN=Guest CA,O=Example"));

    static Stream<Arguments> commonNames() {
        return Stream.of(
                arguments("UTF8String", Match.YES, cn(new DERUTF8String("root"))),
                arguments("PrintableString", Match.YES, cn(new DERPrintableString("root"))),
                arguments("IA5String", Match.YES, cn(new DERIA5String("root"))),
                arguments("T61String", Match.YES, cn(new DERT61String("root"))),
                arguments("BMPString", Match.YES, cn(new DERBMPString("root"))),
                arguments("UniversalString", Match.YES, cn(utf32("00000072 0000006f 0000006f 00000074"))),
                arguments("a BMPString whose bytes spell it", Match.NO, cn(new DERBMPString("\u726f\u6f74"))),
                arguments("a UniversalString whose bytes spell it", Match.MAYBE, cn(utf32("726f6f74"))),
                arguments("a BMPString of odd length", Match.MAYBE, cn(raw("1e 03 00 72 00"))),
                arguments("a BMPString with a surrogate", Match.MAYBE, cn(raw("1e 02 d8 3d"))),
                arguments("broken UTF-8", Match.MAYBE, cn(raw("0c 05 72 6f 6f 74 ff"))),
                arguments("UTF-8 longer than need be", Match.MAYBE, cn(raw("0c 05 c1 b2 6f 6f 74"))),
                arguments("a PrintableString that is not ASCII", Match.MAYBE, cn(raw("13 04 72 f6 6f 74"))),
                arguments("OCTET STRING", Match.MAYBE, cn(new DEROctetString(ascii("root")))),
                arguments("BIT STRING", Match.MAYBE, cn(new DERBitString(ascii("root")))),
                arguments("a NUL behind it", Match.MAYBE, cn(new DERUTF8String("root\0.example"))),
                arguments("a line break behind it", Match.MAYBE, cn(new DERUTF8String("root\n"))),
                arguments("a C1 control", Match.MAYBE, cn(new DERUTF8String("ro\u0085ot"))),
                arguments("a direction override", Match.MAYBE, cn(new DERUTF8String("\u202etoor"))),
                arguments("a space of no width", Match.MAYBE, cn(new DERUTF8String("ro\u200bot"))),
                arguments("nothing", Match.MAYBE, cn(new DERUTF8String(""))),
                arguments("another letter case", Match.NO, cn(new DERUTF8String("Root"))),
                arguments("another name", Match.NO, cn(new DERUTF8String("user"))),
                arguments("another name that is not ASCII", Match.NO, cn(new DERUTF8String("J\u00fcrgen"))),
                arguments("no common name", Match.NO, new OddCertificate().subject(BCStyle.O, utf8("root"))),
                arguments("the first of two", Match.MAYBE, cn(utf8("root")).commonName(utf8("user"))),
                arguments("the last of two", Match.MAYBE, cn(utf8("user")).commonName(utf8("root"))),
                arguments("twice", Match.YES, cn(utf8("root")).commonName(new DERBMPString("root"))),
                arguments(
                        "beside one that cannot be read",
                        Match.MAYBE,
                        cn(utf8("root")).commonName(new DEROctetString(new byte[0]))),
                arguments(
                        "two in one part",
                        Match.MAYBE,
                        new OddCertificate().subjectPart(new RDN(new AttributeTypeAndValue[] {
                            new AttributeTypeAndValue(BCStyle.CN, utf8("a")),
                            new AttributeTypeAndValue(BCStyle.CN, utf8("root"))
                        }))));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("commonNames")
    void aCommonName(String what, Match expected, OddCertificate certificate) {
        check(ROOT, expected, certificate);
    }

    static Stream<Arguments> uris() {
        return Stream.of(
                arguments(GUESTS, Match.YES, "spiffe://prod/guests/a"),
                arguments(GUESTS, Match.YES, "spiffe://prod/guests/a/b"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/guests/a%20b"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/guests/%61"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/guests/a?x"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/guests/a#x"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/guests/a/"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/guests//a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod//guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe:///prod/guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe:/prod/guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/guests/"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/guests/."),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/./guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/staff/../guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/staff/%2e%2e/guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/guests%2fa"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod%2fguests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/%67uests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/%2567uests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/guests\\a"),
                arguments(GUESTS, Match.MAYBE, "SPIFFE://prod/guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://PROD/guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod./guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod:443/guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://user@prod/guests/a"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/staff/100%"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/staff/a b"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/staff/%00"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/staff/\0"),
                arguments(GUESTS, Match.MAYBE, "spiffe://prod/staff/\u00fc"),
                arguments(GUESTS, Match.MAYBE, "prod/guests/a"),
                arguments(GUESTS, Match.MAYBE, ""),
                arguments(GUESTS, Match.NO, "spiffe://prod/guests"),
                arguments(GUESTS, Match.NO, "spiffe://prod/Guests/a"),
                arguments(GUESTS, Match.NO, "spiffe://prod/staff/a%20b?x"),
                arguments(GUESTS, Match.NO, "spiffe://other/guests/a"),
                arguments(GUESTS, Match.NO, "https://prod/guests/a"),
                arguments(GUESTS, Match.NO, "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
                arguments(GUEST, Match.YES, "spiffe://prod/guests/a"),
                arguments(GUEST, Match.MAYBE, "spiffe://prod/guests/a?x"),
                arguments(GUEST, Match.MAYBE, "spiffe://prod/guests/a/"),
                arguments(GUEST, Match.MAYBE, "spiffe://prod/guests/%61"),
                arguments(GUEST, Match.NO, "spiffe://prod/guests/b/"),
                arguments(uri("spiffe://prod/*/admin"), Match.MAYBE, "spiffe://prod/x%3fy/admin"),
                arguments(uri("spiffe://prod/*/admin"), Match.MAYBE, "spiffe://prod/x?y/admin"),
                arguments(uri("spiffe://prod/a%20b"), Match.YES, "spiffe://prod/a%20b"),
                arguments(uri("spiffe://prod/a%20b"), Match.NO, "spiffe://prod/a"),
                arguments(uri("**"), Match.YES, "urn:a"),
                arguments(uri("**"), Match.MAYBE, "spiffe://prod/%61"));
    }

    @ParameterizedTest
    @MethodSource("uris")
    void aUri(Condition condition, Match expected, String uri) {
        check(condition, expected, new OddCertificate().alternativeName(6, latin1(uri)));
    }

    static Stream<Arguments> dnsNames() {
        return Stream.of(
                arguments(HOSTS, Match.YES, "a.guests.example"),
                arguments(HOSTS, Match.YES, "A.Guests.EXAMPLE."),
                arguments(HOSTS, Match.YES, "a_b.guests.example"),
                arguments(HOSTS, Match.MAYBE, ".a.guests.example"),
                arguments(HOSTS, Match.MAYBE, "a..guests.example"),
                arguments(HOSTS, Match.MAYBE, "a.guests.example.."),
                arguments(HOSTS, Match.MAYBE, ".guests.example"),
                arguments(HOSTS, Match.MAYBE, "a.*.example"),
                arguments(HOSTS, Match.MAYBE, "a.guests.example:443"),
                arguments(HOSTS, Match.MAYBE, "a.guests.example "),
                arguments(HOSTS, Match.MAYBE, "a.guests.example\0.org"),
                arguments(HOSTS, Match.MAYBE, "a.g\u00fcests.example"),
                arguments(HOSTS, Match.MAYBE, ""),
                arguments(HOSTS, Match.NO, "a.b.guests.example"),
                arguments(HOSTS, Match.NO, "guests.example"),
                arguments(HOSTS, Match.NO, "a.staff.example"),
                arguments(dns("db.guests.example"), Match.MAYBE, "*.guests.example"),
                arguments(dns("db.guests.example"), Match.MAYBE, "d*.guests.example"),
                arguments(dns("db.guests.example"), Match.MAYBE, "db.guests..example"),
                arguments(dns("db.**"), Match.MAYBE, "db..x"));
    }

    @ParameterizedTest
    @MethodSource("dnsNames")
    void aDnsName(Condition condition, Match expected, String name) {
        check(condition, expected, new OddCertificate().alternativeName(2, latin1(name)));
    }

    static Stream<Arguments> emails() {
        return Stream.of(
                arguments(Match.YES, email("Ops@EXAMPLE.com")),
                arguments(Match.NO, email("ops@example.com")),
                arguments(Match.NO, email("other@example.com")),
                arguments(Match.MAYBE, email("Ops@example.com.")),
                arguments(Match.MAYBE, email("\"Ops\"@example.com")),
                arguments(Match.MAYBE, email("<Ops@example.com>")),
                arguments(Match.MAYBE, email("Ops@example.com\0")),
                arguments(Match.MAYBE, email("\u00d6ps@example.com")),
                arguments(Match.MAYBE, new OddCertificate().subject(BCStyle.E, new DERIA5String("Ops@example.com"))),
                arguments(Match.NO, new OddCertificate().subject(BCStyle.E, new DERIA5String("x@example.com"))),
                arguments(
                        Match.MAYBE,
                        new OddCertificate().alternativeName(other("1.3.6.1.5.5.7.8.9", utf8("Ops@example.com")))),
                arguments(
                        Match.NO,
                        new OddCertificate()
                                .alternativeName(other("1.3.6.1.4.1.311.20.2.3", utf8("Ops@example.com")))));
    }

    @ParameterizedTest
    @MethodSource("emails")
    void anEmailAddress(Match expected, OddCertificate certificate) {
        check(MAILBOX, expected, certificate);
    }

    static Stream<Arguments> issuers() {
        return Stream.of(
                arguments(Match.YES, issuer(utf8("Guest CA"), utf8("Example"))),
                arguments(Match.YES, issuer(new DERPrintableString("guest  ca"), utf8("EXAMPLE"))),
                arguments(Match.YES, issuer(new DERT61String("Guest CA"), new DERBMPString("Example"))),
                arguments(Match.YES, issuer(new DERIA5String("Guest CA"), new DERUTF8String("Example"))),
                arguments(Match.MAYBE, issuer(raw("0c 01 ff"), utf8("Example"))),
                arguments(Match.MAYBE, issuer(utf8("Guest\0CA"), utf8("Example"))),
                arguments(Match.NO, issuer(utf8("Staff CA"), utf8("Example"))));
    }

    @ParameterizedTest
    @MethodSource("issuers")
    void anIssuer(Match expected, OddCertificate certificate) {
        check(ISSUER, expected, certificate.commonName(utf8("ops")));
    }

    static Stream<Arguments> serials() {
        return Stream.of(
                arguments(Match.YES, 0xfbL, 0xfbL),
                arguments(Match.MAYBE, 0xfbL, -5L),
                arguments(Match.MAYBE, 5L, -5L),
                arguments(Match.NO, 5L, 6L),
                arguments(Match.NO, 5L, -6L));
    }

    @ParameterizedTest
    @MethodSource("serials")
    void aSerialNumber(Match expected, long rule, long serial) {
        check(new Serial(BigInteger.valueOf(rule)), expected, cn(utf8("ops")).serial(BigInteger.valueOf(serial)));
    }

    static Stream<Arguments> addresses() {
        return Stream.of(
                arguments("10.0.0.0/8", Match.YES, "0a 01 02 03"),
                arguments("10.0.0.0/8", Match.YES, "00000000000000000000ffff 0a010203"),
                arguments("10.0.0.0/8", Match.NO, "0b 01 02 03"),
                arguments("2001:db8::/32", Match.YES, "20010db8000000000000000000000001"));
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void anAddress(String network, Match expected, String bytes) {
        check(new Within(Cidr.parse(network)), expected, new OddCertificate().alternativeName(7, hex(bytes)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 5, 8, 15, 17, 32})
    void anAddressOfAnyOtherLengthIsDamageAndNothingIsLookedUp(int length) {
        X509Certificate certificate = new OddCertificate()
                .commonName(utf8("ops"))
                .alternativeName(7, new byte[length])
                .certificate();

        CertificateParsingException damage =
                catchThrowableOfType(CertificateParsingException.class, () -> ClientIdentity.of(certificate));

        assertThat(damage).hasMessageContaining("an iPAddress of " + length + " bytes (expected: 4 or 16)");
    }

    @Test
    void aNameThatCannotBeReadIsToldToNobodyElse() throws CertificateParsingException {
        ClientIdentity identity = ClientIdentity.of(cn(utf8("root"))
                .commonName(new DERUTF8String("ro\u202eot"))
                .alternativeName(6, latin1("spiffe://prod/a\0"))
                .alternativeName(2, latin1("a.example"))
                .certificate());

        assertThat(identity.commonName()).isNull();
        assertThat(identity.uris()).isEmpty();
        assertThat(identity.dnsNames()).containsExactly("a.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CN=ops,OU=Night,OU=Platform,O=Example\\, Inc.,C=DE",
                "CN=a\\+b\\=c\\<d\\>\\#e\\;\\\"f\\\\",
                "CN=\\ two \\ ,ST=x,L=y,STREET=z,DC=example,UID=7",
                "CN=J\u00fcrgen+OU=both",
                "1.2.840.113549.1.9.1=#16016f,2.5.4.5=#130131,2.999.3=#0c0161"
            })
    void aNameIsShownAsRfc4514Says(String name) {
        X500Principal principal = new X500Principal(new X500Principal(name).getEncoded());

        assertThat(DistinguishedName.display(principal)).isEqualTo(principal.getName(X500Principal.RFC2253));
    }

    @Test
    void whatAMessageShowsOfANameIsTheSameOnEveryJvm() {
        assertThat(DistinguishedName.display(subject(cn(new DERBMPString("\u726f\u6f74")))))
                .isEqualTo("CN=\u726f\u6f74");
        assertThat(DistinguishedName.display(subject(cn(raw("1e 03 00 72 00")))))
                .isEqualTo("CN=#1e03007200");
        assertThat(DistinguishedName.display(subject(cn(utf8("x".repeat(9_000))))))
                .hasSize(259);
    }

    private static X500Principal subject(OddCertificate certificate) {
        return certificate.certificate().getSubjectX500Principal();
    }

    private static void check(Condition condition, Match expected, OddCertificate odd) {
        AccessRuleConfig rule = new AccessRuleConfig(List.of(condition));
        ClientIdentity identity = identity(odd);

        assertThat(new AccessRules(List.of(), List.of(rule)).judge(identity).allowed())
                .describedAs("what deny says")
                .isEqualTo(expected == Match.NO);
        assertThat(new AccessRules(List.of(rule), List.of()).judge(identity).allowed())
                .describedAs("what allow says")
                .isEqualTo(expected == Match.YES);
    }

    private static ClientIdentity identity(OddCertificate odd) {
        try {
            return ClientIdentity.of(odd.subject(BCStyle.ST, utf8("any")).certificate());
        } catch (CertificateParsingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Condition uri(String pattern) {
        return new Matches(SegmentPattern.parse(Kind.URI, pattern));
    }

    private static Condition dns(String pattern) {
        return new Matches(SegmentPattern.parse(Kind.DNS, pattern));
    }

    private static OddCertificate cn(ASN1Encodable value) {
        return new OddCertificate().commonName(value);
    }

    private static OddCertificate email(String address) {
        return new OddCertificate().alternativeName(1, latin1(address));
    }

    private static OddCertificate issuer(ASN1Encodable commonName, ASN1Encodable organization) {
        return new OddCertificate().issuer(new X500Name(new RDN[] {
            new RDN(BCStyle.O, organization), new RDN(BCStyle.CN, commonName)
        }));
    }

    private static ASN1Encodable other(String type, ASN1Encodable value) {
        ASN1EncodableVector parts = new ASN1EncodableVector();
        parts.add(new ASN1ObjectIdentifier(type));
        parts.add(new DERTaggedObject(true, 0, value));
        return new DERTaggedObject(false, 0, new DERSequence(parts));
    }

    private static DERUTF8String utf8(String text) {
        return new DERUTF8String(text);
    }

    private static DERUniversalString utf32(String bytes) {
        return new DERUniversalString(hex(bytes));
    }

    /** A tag, a length and any content, which a library for well-formed text would not write. */
    private static ASN1Encodable raw(String der) {
        byte[] bytes = hex(der);
        return OddCertificate.raw(bytes[0], Arrays.copyOfRange(bytes, 2, bytes.length));
    }

    private static byte[] hex(String bytes) {
        return HexFormat.of().parseHex(bytes.replace(" ", ""));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
