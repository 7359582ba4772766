package io.sallyport.tls.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Pem;
import io.sallyport.testing.SecretFiles;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Keys that are not their certificate's, or are damaged: what OpenSSL's X509_check_private_key refuses is refused, and more. A
 * folder serves its other pairs all the same, where a context would have none of them.
 */
final class UnfitKeysTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final KeyPair RSA = KeyKind.RSA_2048.generate();
    private static final KeyPair OTHER_RSA = KeyKind.RSA_2048.generate();
    private static final KeyPair EC = KeyKind.EC_P256.generate();
    private static final KeyPair OTHER_EC = KeyKind.EC_P256.generate();

    private final KeySources sources = new KeySources(variable -> null);
    private final Findings findings = new Findings();

    @TempDir
    private Path base;

    private Openssl openssl;

    @BeforeEach
    void runInDirectory() {
        openssl = new Openssl(base);
    }

    /** OpenSSL compares public halves, and of an RSA key those alone. */
    @ParameterizedTest
    @CsvSource({
        "the modulus of another, false",
        "another public exponent, false",
        "the private exponent of another, true",
        "a private exponent that is none, true",
        "another first factor, true",
        "another exponent for the first factor, true",
        "another coefficient, true",
    })
    void ofAnRsaKeyEveryNumberCounts(String damage, boolean takenByOpenssl) throws IOException {
        IssuedCertificate certificate = ROOT.server("rsa.test").key(RSA).issue();

        assertRefusedAlone(certificate, rsa(damage), takenByOpenssl);
    }

    /** OpenSSL believes the point that the key file states, and one that states none is given its own. */
    @ParameterizedTest
    @CsvSource({
        "its own scalar and the point of another, false",
        "the scalar of another and its own point, true",
        "the scalar of another and no point, false",
        "the scalar and the point of another, false",
    })
    void ofAnEcKeyTheScalarCountsAndThePointThatItStates(String damage, boolean takenByOpenssl) throws IOException {
        IssuedCertificate certificate = ROOT.server("ec.test").key(EC).issue();

        assertRefusedAlone(certificate, ec(damage), takenByOpenssl);
    }

    @Test
    void anEd25519KeyIsItsCertificates() throws IOException {
        IssuedCertificate certificate =
                ROOT.server("ed.test").key(KeyKind.ED25519).issue();
        PrivateKeyInfo other = PrivateKeyInfo.getInstance(
                KeyKind.ED25519.generate().getPrivate().getEncoded());

        assertRefusedAlone(certificate, other, false);
    }

    @Test
    void anEcCertificateThatIsForNoSignaturesIsRefusedAlone() throws IOException {
        IssuedCertificate certificate =
                ROOT.server("ec.test").key(EC).keyUsage(KeyUsage.keyAgreement).issue();

        assertRefusedAlone(
                certificate, PrivateKeyInfo.getInstance(certificate.key().getEncoded()), true);
        assertThat(findings.unusable()).singleElement().asString().contains("BoringSSL refuses the private key");
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"RSA_2048", "EC_P256", "EC_P384", "EC_P521", "ED25519"})
    void aKeyOfItsCertificateIsTaken(KeyKind kind) throws IOException {
        IssuedCertificate certificate = ROOT.server("good.test").key(kind).issue();
        PrivateKeyInfo key = PrivateKeyInfo.getInstance(certificate.key().getEncoded());
        write("good", certificate, key);

        assertThat(read()).hasSize(1);
        assertThat(takenByOpenssl("good")).isTrue();
        assertThat(findings.unusable()).isEmpty();
    }

    @Test
    void aKeyStoresKeyIsJudgedTheSameWay() {
        IssuedCertificate certificate = ROOT.server("rsa.test").key(RSA).issue();
        IssuedCertificate pair = new IssuedCertificate(OTHER_RSA.getPrivate(), certificate.chain());
        Path file = pair.writeKeyStore(base.resolve("tls.p12"), "PKCS12", "tls", "");

        new KeyMaterialLoader(name -> null, Instant.now())
                .load(
                        new CertificateConfig.Keystore(file, null, new PasswordConfig.None(), new Place("x.conf:1")),
                        findings);

        assertThat(findings.problems()).singleElement().asString().contains("does not match");
    }

    private void assertRefusedAlone(IssuedCertificate certificate, PrivateKeyInfo key, boolean byOpenssl)
            throws IOException {
        write("bad", certificate, key);
        ROOT.server("good.test").issue().writePem(base, "good");
        SecretFiles.closed(base.resolve("good.key"));

        assertThat(read())
                .singleElement()
                .satisfies(each -> assertThat(each.serverNames()).containsExactly("good.test"));
        assertThat(findings.unusable())
                .singleElement()
                .asString()
                .contains("bad.pem")
                .endsWith("; not served");
        assertThat(findings.problems()).isEmpty();
        assertThat(takenByOpenssl("bad")).isEqualTo(byOpenssl);
    }

    private List<KeyMaterial> read() {
        return sources.of(new CertificateConfig.Directory(base, new PasswordConfig.None(), new Place("x.conf:1")))
                .read(Instant.now(), findings);
    }

    /** It puts a key into a file only with the certificate that X509_check_private_key takes it for. */
    private boolean takenByOpenssl(String name) {
        try {
            openssl.line("pkcs12 -export -nodes -in " + name + ".pem -passout pass: -out .out.p12");
            return true;
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("No cert in");
            return false;
        }
    }

    private void write(String name, IssuedCertificate certificate, PrivateKeyInfo key) throws IOException {
        SecretFiles.write(
                base.resolve(name + ".pem"), certificate.chainPem() + Pem.block("PRIVATE KEY", key.getEncoded()));
    }

    private static PrivateKeyInfo rsa(String damage) throws IOException {
        RSAPrivateCrtKey own = (RSAPrivateCrtKey) RSA.getPrivate();
        RSAPrivateCrtKey other = (RSAPrivateCrtKey) OTHER_RSA.getPrivate();
        return info(
                RSA.getPrivate().getEncoded(),
                switch (damage) {
                    case "the modulus of another" -> rsa(0, other.getModulus());
                    case "another public exponent" -> rsa(1, BigInteger.valueOf(3));
                    case "the private exponent of another" -> rsa(2, other.getPrivateExponent());
                    case "a private exponent that is none" ->
                        rsa(2, own.getPrivateExponent().add(BigInteger.TWO));
                    case "another first factor" -> rsa(3, other.getPrimeP());
                    case "another exponent for the first factor" ->
                        rsa(5, own.getPrimeExponentP().add(BigInteger.TWO));
                    default -> rsa(7, own.getCrtCoefficient().add(BigInteger.TWO));
                });
    }

    /** The key with another value for the number at this place of RFC 8017 appendix A.1.2. */
    private static RSAPrivateKey rsa(int place, BigInteger value) {
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) RSA.getPrivate();
        BigInteger[] numbers = {
            key.getModulus(),
            key.getPublicExponent(),
            key.getPrivateExponent(),
            key.getPrimeP(),
            key.getPrimeQ(),
            key.getPrimeExponentP(),
            key.getPrimeExponentQ(),
            key.getCrtCoefficient()
        };
        numbers[place] = value;
        return new RSAPrivateKey(
                numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7]);
    }

    private static PrivateKeyInfo ec(String damage) throws IOException {
        return info(
                EC.getPrivate().getEncoded(),
                switch (damage) {
                    case "its own scalar and the point of another" -> ec(EC, point(OTHER_EC.getPublic()));
                    case "the scalar of another and its own point" -> ec(OTHER_EC, point(EC.getPublic()));
                    case "the scalar of another and no point" -> ec(OTHER_EC, null);
                    default -> ec(OTHER_EC, point(OTHER_EC.getPublic()));
                });
    }

    private static ECPrivateKey ec(KeyPair scalar, @Nullable ASN1BitString point) {
        return new ECPrivateKey(256, ((java.security.interfaces.ECPrivateKey) scalar.getPrivate()).getS(), point, null);
    }

    private static ASN1BitString point(PublicKey key) {
        return new DERBitString(SubjectPublicKeyInfo.getInstance(key.getEncoded())
                .getPublicKeyData()
                .getOctets());
    }

    private static PrivateKeyInfo info(byte[] like, ASN1Object key) throws IOException {
        return new PrivateKeyInfo(PrivateKeyInfo.getInstance(like).getPrivateKeyAlgorithm(), key);
    }
}
