package io.sallyport.tls.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.sallyport.metrics.SpiffeMeters.UpdateResult;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.WorkloadServer;
import io.sallyport.testing.WorkloadServer.Svid;
import io.sallyport.tls.x509.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the Workload API sends, written by Protocol Buffers themselves: what can be used, and what peers would refuse. */
final class IdentityReaderTest {
    private static final String ID = "spiffe://ours/db";
    private static final CertificateAuthority OURS = CertificateAuthority.create("Ours");
    private static final CertificateAuthority PARTNER = CertificateAuthority.create("Partner");

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"EC_P256", "RSA_2048", "ED25519"})
    void readsIdentityKeyAndBundles(KeyKind kind) throws WorkloadException {
        CertificateAuthority below = OURS.authority("Below").issueAuthority();
        IssuedCertificate issued =
                below.server().client().subject("").uri(ID).key(kind).issue();

        WorkloadIdentity identity =
                read(Svid.of(ID, issued, OURS, PARTNER), Map.of("spiffe://partner", List.of(PARTNER.certificate())));

        assertThat(identity.id()).isEqualTo(new SpiffeId("ours", "/db"));
        assertThat(identity.chain()).isEqualTo(issued.chain());
        assertThat(identity.key().getEncoded()).isEqualTo(issued.key().getEncoded());
        assertThat(identity.domains())
                .isEqualTo(Map.of(
                        "ours",
                        List.of(OURS.certificate(), PARTNER.certificate()),
                        "partner",
                        List.of(PARTNER.certificate())));
        assertThat(identity.toString())
                .contains(ID)
                .doesNotContain(identity.key().toString());
    }

    /** Federation says what others are; what we are says our own bundle. */
    @Test
    void theOwnBundleIsTheOneBesideTheSvid() throws WorkloadException {
        WorkloadIdentity identity = read(Svid.of(ID, OURS), Map.of("spiffe://ours", List.of(PARTNER.certificate())));

        assertThat(identity.domains()).isEqualTo(Map.of("ours", List.of(OURS.certificate())));
    }

    @Test
    void anotherKeyOrBundleShowsInItsValue() throws WorkloadException {
        Svid svid = Svid.of(ID, OURS);
        WorkloadIdentity identity = read(svid, Map.of());
        WorkloadIdentity same = read(svid, Map.of());
        WorkloadIdentity rotated = read(Svid.of(ID, OURS), Map.of());
        WorkloadIdentity federated = read(svid, Map.of("partner", List.of(PARTNER.certificate())));

        assertThat(same.shown() + same.trusted()).isEqualTo(identity.shown() + identity.trusted());
        assertThat(rotated.shown()).isNotEqualTo(identity.shown());
        assertThat(rotated.trusted()).isEqualTo(identity.trusted());
        assertThat(federated.shown()).isEqualTo(identity.shown());
        assertThat(federated.trusted()).isNotEqualTo(identity.trusted());
    }

    @Test
    void refusesWhatPeersWouldRefuse() {
        IssuedCertificate good = Svid.of(ID, OURS).certificate();

        assertThat(refusal(Svid.of(ID, OURS.server().uri(ID).expired().issue(), OURS)))
                .contains("expired at ");
        assertThat(refusal(Svid.of(ID, OURS.server().uri(ID).notYetValid().issue(), OURS)))
                .contains("not valid before ");
        assertThat(refusal(Svid.of(ID, good, PARTNER))).contains("trust anchor");
        assertThat(refusal(Svid.of(ID, good))).contains("trust anchor");
        assertThat(refusal(Svid.of("spiffe://ours/web", good, OURS)))
                .isEqualTo("the certificate of spiffe://ours/web is for spiffe://ours/db");
        assertThat(refusal(Svid.of("spiffe://partner/db", good, OURS)))
                .isEqualTo("the certificate of spiffe://partner/db is for spiffe://ours/db");
        assertThat(refusal(Svid.of(ID, OURS.server("db.test").issue(), OURS)))
                .isEqualTo("the certificate of spiffe://ours/db is for no SPIFFE ID");
        assertThat(refusal(
                        Svid.of(ID, OURS.server().uri(ID, "spiffe://ours/web").issue(), OURS)))
                .contains("one URI");
        assertThat(refusal(Svid.of(
                        "spiffe://ours", OURS.server().uri("spiffe://ours").issue(), OURS)))
                .contains("has no path");
        assertThat(refusal(Svid.of(ID, OURS.authority("x").uri(ID).issue(), OURS)))
                .contains("it is an authority's");
        assertThat(refusal(Svid.of("spiffe://Ours/\ndb", good, OURS)))
                .startsWith("the SPIFFE ID \"")
                .doesNotContain("\n");
    }

    @Test
    void refusesAKeyThatIsNotTheCertificates() {
        Svid good = Svid.of(ID, OURS);
        ByteString other = Svid.of(ID, OURS).key();
        ByteString garbage = ByteString.copyFromUtf8("hunter2");

        assertThat(refusal(with(good, other)))
                .isEqualTo("the private key is not that of the certificate of spiffe://ours/db");
        assertThat(refusal(with(good, garbage)))
                .startsWith("the private key is no PKCS#8 (expected: ")
                .doesNotContain("hunter2");
        assertThat(refusal(with(good, ByteString.EMPTY))).startsWith("the private key is no PKCS#8");
    }

    @Test
    void refusesAMessageWithoutAnIdentity() {
        assertThat(refusal(new byte[0])).isEqualTo("0 X.509-SVIDs (expected: 1 to 100)");
        assertThat(refusal("GET / HTTP/1.1".getBytes(StandardCharsets.UTF_8))).isNotEmpty();
        assertThat(refusal(new byte[] {10, 127})).isEqualTo("a message that ends within a field");
        assertThat(refusal(new byte[] {10, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}))
                .isEqualTo("a message that ends within a field");
        assertThat(refusal(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}))
                .isEqualTo("a number of more than ten bytes in a message");
        assertThat(refusal(new byte[] {15})).isEqualTo("a message that is none of Protocol Buffers");
    }

    /** Whatever is changed on the way, it is read or refused, and nothing else happens. */
    @Test
    void aDamagedMessageIsReadOrRefused() {
        byte[] message =
                WorkloadServer.message(Svid.of(ID, OURS), Map.of("spiffe://partner", List.of(PARTNER.certificate())));
        Random random = new Random(18);
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            byte[] damaged = Arrays.copyOf(message, i % 2 == 0 ? message.length : random.nextInt(message.length));
            for (int k = 0; k < 3 && damaged.length > 0; k++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                IdentityReader.read(damaged, Instant.now());
            } catch (WorkloadException e) {
                assertThat(e.result()).isEqualTo(UpdateResult.UNUSABLE);
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(450);
    }

    private static Svid with(Svid svid, ByteString key) {
        return new Svid(svid.id(), svid.certificate(), key, svid.bundle());
    }

    private static WorkloadIdentity read(Svid svid, Map<String, List<X509Certificate>> federated)
            throws WorkloadException {
        return IdentityReader.read(WorkloadServer.message(svid, federated), Instant.now());
    }

    private static String refusal(Svid svid) {
        return refusal(WorkloadServer.message(svid, Map.of()));
    }

    private static String refusal(byte[] message) {
        WorkloadException refused =
                catchThrowableOfType(WorkloadException.class, () -> IdentityReader.read(message, Instant.now()));
        assertThat(refused.result()).isEqualTo(UpdateResult.UNUSABLE);
        return refused.detail();
    }
}
