package io.sallyport.tls.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.netty.handler.ssl.util.LazyX509Certificate;
import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.AccessRuleConfig;
import io.sallyport.config.tls.BackendTlsConfig;
import io.sallyport.config.tls.BackendTlsConfig.Verify;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.config.value.StartTls;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.OddCertificate;
import io.sallyport.tls.trust.ClientTrust;
import io.sallyport.tls.trust.ServerCertificateException;
import io.sallyport.tls.trust.ServerTrust;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the certificate of a stranger may cost an event loop. */
class CostlyCertificateTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final Duration MOST = Duration.ofMillis(20);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    static Stream<Arguments> outOfBounds() {
        return Stream.of(
                arguments("many parts in the subject", named(name(4_300)), "in X.500 names"),
                arguments("many attributes in one part", named(onePart(5_000)), "in X.500 names"),
                arguments("many small attributes", named(onePart(600)), "in X.500 names"),
                arguments("many parts in the issuer", plain().issuer(name(4_300)), "in X.500 names"),
                arguments("a long subject", named(text("a".repeat(54_000))), "in X.500 names"),
                arguments("much to escape", named(text("\"".repeat(54_000))), "in X.500 names"),
                arguments("nothing but spaces", named(text(" ".repeat(54_000))), "in X.500 names"),
                arguments("what normalises to much", named(text("\ufdfa".repeat(18_000))), "in X.500 names"),
                arguments(
                        "two bytes a character",
                        named(new X500Name(new RDN[] {new RDN(BCStyle.CN, new DERBMPString("\ufdfa".repeat(27_000)))})),
                        "in X.500 names"),
                arguments(
                        "a directory name of many parts",
                        plain().alternativeName(new GeneralName(name(4_300))),
                        "in X.500 names"),
                arguments(
                        "a directory name elsewhere",
                        plain().extension(
                                        Extension.issuerAlternativeName,
                                        encoded(new GeneralNames(new GeneralName(name(4_300))))),
                        "in X.500 names"),
                arguments("many DNS names", alternativeNames(10_000, 2), "elements"),
                arguments("many URIs", alternativeNames(10_000, 6), "elements"),
                arguments("many extensions", extensions(3_400), "elements"),
                arguments(
                        "many purposes",
                        plain().extension(
                                        Extension.extendedKeyUsage,
                                        encoded(new DERSequence(IntStream.range(0, 5_000)
                                                .mapToObj(i -> new ASN1ObjectIdentifier("1.2.3." + i))
                                                .toArray(ASN1Encodable[]::new)))),
                        "elements"),
                arguments("much nesting", nested(9_000), "nested elements"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outOfBounds")
    void isRefusedUnparsed(String what, OddCertificate odd, String why) {
        X509Certificate received = new LazyX509Certificate(odd.der());
        ClientTrust trust = trust(Mode.REQUIRE, List.of());

        ClientCertificateException refusal = refusal(trust, received);

        assertThat(refusal.failure()).isEqualTo(ClientCertificateFailure.MALFORMED);
        assertThat(refusal)
                .hasMessageContaining("the certificate cannot be read: more than")
                .hasMessageContaining(why);
        assertThat(cost(() -> refusal(trust, received))).isLessThan(MOST);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outOfBounds")
    void isComparedByItsKeyAloneWhereKeysArePinned(String what, OddCertificate odd, String why) {
        X509Certificate received = new LazyX509Certificate(odd.der());
        ClientTrust trust = trust(Mode.PINNED, List.of(pin(Base64.getEncoder().encodeToString(new byte[32]))));

        ClientCertificateException refusal = refusal(trust, received);

        assertThat(refusal.failure()).isEqualTo(ClientCertificateFailure.REFUSED_BY_RULE);
        assertThat(refusal).hasMessageContaining("no allow rule speaks of this key");
        assertThat(cost(() -> refusal(trust, received))).isLessThan(MOST);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outOfBounds")
    void aServersIsComparedByItsKeyAloneWhereKeysArePinned(String what, OddCertificate odd, String why) {
        X509Certificate received = new LazyX509Certificate(odd.der());
        BackendTlsConfig config = new BackendTlsConfig(
                true,
                null,
                Verify.PINNED,
                List.of(),
                List.of(),
                List.of(pin(Base64.getEncoder().encodeToString(new byte[32]))),
                StartTls.OFF,
                new Place("here"));
        ServerTrust trust = new ServerTrust(config, new TrustAnchors(List.of()), Instant::now);

        assertThatThrownBy(() -> trust.judge(List.of(received), null))
                .isInstanceOf(ServerCertificateException.class)
                .hasMessageContaining("no allow rule speaks of this key");
    }

    static Stream<Arguments> withinBounds() {
        return Stream.of(
                arguments("many parts in the subject", named(name(200))),
                arguments("many attributes in one part", named(onePart(200))),
                arguments("a long subject", named(text("a".repeat(8_000)))),
                arguments("much to escape", named(text("\"".repeat(8_000)))),
                arguments("what normalises to much", named(text("\ufdfa".repeat(2_700)))),
                arguments("many DNS names", alternativeNames(4_000, 2)),
                arguments("many addresses", alternativeNames(4_000, 7)),
                arguments("many URIs", alternativeNames(4_000, 6)),
                arguments("many extensions", extensions(1_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withinBounds")
    void costsLittleWhereItIsParsed(String what, OddCertificate odd) {
        byte[] der = odd.der();
        ClientTrust trust = trust(Mode.REQUIRE, List.of());

        assertThat(refusal(trust, new LazyX509Certificate(der)).failure())
                .isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
        assertThat(cost(() -> refusal(trust, new LazyX509Certificate(der)))).isLessThan(MOST);
    }

    /** Of the processor, the least of some: what is compiled first is no part of it, and neither is what runs beside. */
    private static Duration cost(Runnable work) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long begun = THREADS.getCurrentThreadCpuTime();
            work.run();
            least = Math.min(least, THREADS.getCurrentThreadCpuTime() - begun);
        }
        return Duration.ofNanos(least);
    }

    private static ClientCertificateException refusal(ClientTrust trust, X509Certificate received) {
        return catchThrowableOfType(ClientCertificateException.class, () -> trust.judge(List.of(received)));
    }

    private static ClientTrust trust(Mode mode, List<AccessRuleConfig> allow) {
        ClientAuthConfig config = new ClientAuthConfig(
                mode,
                List.of(),
                List.of(),
                CrlFetchConfig.NONE,
                CrlPolicy.SOFT_FAIL,
                4,
                true,
                allow,
                List.of(),
                new Place("here"));
        TrustAnchors anchors = new TrustAnchors(List.of(new TrustAnchors.Source("root", List.of(ROOT.certificate()))));
        return new ClientTrust(config, anchors, Crls.none(), Instant::now);
    }

    private static AccessRuleConfig pin(String key) {
        return new AccessRuleConfig(List.of(new AccessRuleConfig.Key(key)));
    }

    private static OddCertificate plain() {
        return new OddCertificate().commonName(new DERUTF8String("ops"));
    }

    private static OddCertificate named(X500Name name) {
        OddCertificate odd = new OddCertificate();
        for (RDN part : name.getRDNs()) {
            odd.subjectPart(part);
        }
        return odd;
    }

    private static X500Name name(int parts) {
        return new X500Name(IntStream.range(0, parts)
                .mapToObj(i -> new RDN(BCStyle.CN, new DERUTF8String("a")))
                .toArray(RDN[]::new));
    }

    private static X500Name onePart(int attributes) {
        return X500Name.getInstance(new DERSequence(new DERSet(IntStream.range(0, attributes)
                .mapToObj(i -> new AttributeTypeAndValue(BCStyle.CN, new DERUTF8String("a")))
                .toArray(ASN1Encodable[]::new))));
    }

    private static X500Name text(String commonName) {
        return new X500Name(new RDN[] {new RDN(BCStyle.CN, new DERUTF8String(commonName))});
    }

    private static OddCertificate alternativeNames(int count, int kind) {
        OddCertificate odd = plain();
        for (int i = 0; i < count; i++) {
            odd.alternativeName(kind, new byte[] {'a', ':', 'b', 'c'});
        }
        return odd;
    }

    private static OddCertificate extensions(int count) {
        OddCertificate odd = plain();
        for (int i = 0; i < count; i++) {
            odd.extension(new ASN1ObjectIdentifier("1.2.3." + i), encoded(DERNull.INSTANCE));
        }
        return odd;
    }

    private static OddCertificate nested(int depth) {
        byte[] inner = new byte[0];
        for (int i = 0; i < depth && inner.length < 50_000; i++) {
            inner = wrapped(inner);
        }
        return plain().extension(new ASN1ObjectIdentifier("1.2.3.4"), inner);
    }

    private static byte[] wrapped(byte[] content) {
        byte[] length = content.length < 0x80
                ? new byte[] {(byte) content.length}
                : content.length < 0x100
                        ? new byte[] {(byte) 0x81, (byte) content.length}
                        : new byte[] {(byte) 0x82, (byte) (content.length >> 8), (byte) content.length};
        byte[] result = new byte[1 + length.length + content.length];
        result[0] = 0x30;
        System.arraycopy(length, 0, result, 1, length.length);
        System.arraycopy(content, 0, result, 1 + length.length, content.length);
        return result;
    }

    private static byte[] encoded(ASN1Encodable value) {
        try {
            return value.toASN1Primitive().getEncoded("DER");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
