package io.sallyport.tls.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslPrivateKeyMethod;
import io.netty.util.internal.PlatformDependent;
import io.sallyport.config.tls.TlsConfig.RsaSigning;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Conversation;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.RunningProxy;
import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.material.KeyMaterial;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RsaAcceleratorTest {
    private static final byte[] MESSAGE = {1, 2, 3};

    @TempDir
    private Path directory;

    private final CertificateAuthority authority = CertificateAuthority.create("Authority");
    private final IssuedCertificate server =
            authority.server("localhost").key(KeyKind.RSA_2048).issue();
    private final KeyMaterial rsa =
            new KeyMaterial("test", KeyAlgorithm.RSA, server.key(), server.chain(), List.of("localhost"));

    @BeforeEach
    void onlyWhereTheProviderIs() {
        // The numbers of the schemes are BoringSSL's.
        OpenSsl.ensureAvailability();
        assumeThat(PlatformDependent.normalizedArch()).isEqualTo("x86_64");
        assertThat(AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "SHA256withRSA, 0x0401",
        "SHA384withRSA, 0x0501",
        "SHA512withRSA, 0x0601",
        "SHA1withRSA, 0x0201",
    })
    void makesThePkcs1SignaturesOfTls12(String algorithm, String scheme) throws Exception {
        Signature verifier = Signature.getInstance(algorithm);

        assertThat(isVerified(verifier, signer().sign(Integer.decode(scheme), MESSAGE)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"SHA-256, 32, 0x0804", "SHA-384, 48, 0x0805", "SHA-512, 64, 0x0806"})
    void makesThePssSignaturesWithSaltsAsLongAsTheHash(String hash, int salt, String scheme) throws Exception {
        Signature verifier = Signature.getInstance("RSASSA-PSS");
        verifier.setParameter(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), salt, 1));

        assertThat(isVerified(verifier, signer().sign(Integer.decode(scheme), MESSAGE)))
                .isTrue();
    }

    @Test
    void refusesASchemeThatIsNotRsa() {
        assertThatThrownBy(() -> signer().sign(OpenSslPrivateKeyMethod.SSL_SIGN_ED25519, MESSAGE))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void signsAloneWhereTheProcessorMakesItFaster(boolean faster) {
        RsaAccelerator accelerator = new RsaAccelerator(() -> AmazonCorrettoCryptoProvider.INSTANCE, () -> faster);

        assertThat(accelerator.signerFor(rsa, RsaSigning.AUTO).isPresent()).isEqualTo(faster);
        assertThat(accelerator.signerFor(rsa, RsaSigning.CORRETTO)).isPresent();
    }

    @Test
    void leavesSigningToBoringSslWhereTheProviderIsMissing() {
        RsaAccelerator accelerator = new RsaAccelerator(() -> null, () -> true);

        assertThat(accelerator.signerFor(rsa, RsaSigning.AUTO)).isEmpty();
        assertThat(accelerator.signerFor(rsa, RsaSigning.CORRETTO)).isEmpty();
    }

    @Test
    void readsTheFlagsOfTheFirstProcessor() {
        assertThat(ProcessorFlags.of(
                        "processor\t: 0\nflags\t\t: fpu avx512ifma vaes\n\nprocessor\t: 1\nflags\t\t: fpu\n"))
                .containsExactlyInAnyOrder("fpu", "avx512ifma", "vaes");
        assertThat(ProcessorFlags.of("processor : 0\nFeatures : fp asimd\n")).isEmpty();
    }

    @Test
    void leavesSigningToBoringSslWhereItIsToldTo() {
        assertThat(new RsaAccelerator().signerFor(rsa, RsaSigning.BORINGSSL)).isEmpty();
        assertThat(new RsaAccelerator().signerFor(rsa, RsaSigning.CORRETTO)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "boringssl, intermediate, -tls1_2, RSA-PSS",
        "corretto, intermediate, -tls1_2, RSA-PSS",
        "boringssl, intermediate, -tls1_3, RSA-PSS",
        "corretto, intermediate, -tls1_3, RSA-PSS",
        "boringssl, modern, -tls1_3, RSA-PSS",
        "corretto, modern, -tls1_3, RSA-PSS",
    })
    void servesAnRsaCertificate(String signing, String profile, String version, String signatureType) {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = proxy(backend, signing, profile, server)) {
            Conversation client =
                    new OpensslClient(directory, proxy).with(version).request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.output()).contains("Peer signature type: " + signatureType);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "boringssl, RSA+SHA256, RSA",
        "corretto, RSA+SHA256, RSA",
        "boringssl, RSA+SHA512, RSA",
        "corretto, RSA+SHA512, RSA",
        "boringssl, RSA-PSS+SHA384, RSA-PSS",
        "corretto, RSA-PSS+SHA384, RSA-PSS",
    })
    void signsAsTheClientCanVerify(String signing, String schemes, String signatureType) {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = proxy(backend, signing, "intermediate", server)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with("-tls1_2", "-sigalgs", schemes)
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.output()).contains("Peer signature type: " + signatureType + "\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "boringssl, ECDSA+SHA256, ECDSA",
        "corretto, ECDSA+SHA256, ECDSA",
        "boringssl, RSA-PSS+SHA256, RSA-PSS",
        "corretto, RSA-PSS+SHA256, RSA-PSS",
        "boringssl, RSA-PSS+SHA256:ECDSA+SHA256, ECDSA",
        "corretto, RSA-PSS+SHA256:ECDSA+SHA256, ECDSA",
    })
    void prefersTheEcdsaCertificateOfTheName(String signing, String schemes, String signatureType) {
        IssuedCertificate ecdsa =
                authority.server("localhost").key(KeyKind.EC_P256).issue();
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = proxy(backend, signing, "intermediate", server, ecdsa)) {
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                Conversation client = new OpensslClient(directory, proxy)
                        .with(version, "-sigalgs", schemes)
                        .request();

                assertThat(client.isAnswered()).as(client.output()).isTrue();
                assertThat(client.output()).contains("Peer signature type: " + signatureType + "\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void refusesWithTheSameAlertWhoeverSigns(String version) {
        List<List<String>> alerts = new ArrayList<>();
        for (String signing : List.of("boringssl", "corretto")) {
            try (FakeBackend backend = Http.backend();
                    RunningProxy proxy = proxy(backend, signing, "intermediate", server)) {
                Conversation client = new OpensslClient(directory, proxy)
                        .with(version, "-sigalgs", "ECDSA+SHA256")
                        .request();
                assertThat(client.isAnswered()).as(client.output()).isFalse();
                alerts.add(client.alerts());
            }
        }

        assertThat(alerts.get(0)).isNotEmpty();
        assertThat(alerts.get(1)).isEqualTo(alerts.get(0));
    }

    private RunningProxy proxy(FakeBackend backend, String signing, String profile, IssuedCertificate... certificates) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address())
                .with("listeners.https.tls.rsa-signing = " + signing, "listeners.https.tls.profile = " + profile);
        for (IssuedCertificate certificate : certificates) {
            builder.certificate(authority, certificate);
        }
        return builder.start();
    }

    private CorrettoSigner signer() throws GeneralSecurityException {
        return CorrettoSigner.of(AmazonCorrettoCryptoProvider.INSTANCE, rsa.key());
    }

    private boolean isVerified(Signature verifier, byte[] signature) throws GeneralSecurityException {
        PublicKey key = rsa.leaf().getPublicKey();
        verifier.initVerify(key);
        verifier.update(MESSAGE);
        return verifier.verify(signature);
    }
}
