package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.diagnosis.Allowed;
import io.sallyport.diagnosis.BoringSslError;
import io.sallyport.diagnosis.BoringSslReasons;
import io.sallyport.diagnosis.Diagnosis;
import io.sallyport.diagnosis.FailedHandshake;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.HandshakeFailure;
import io.sallyport.diagnosis.ShownCertificate;
import io.sallyport.diagnosis.ShownKey;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.SignatureSchemes;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.tls.context.CredentialServer;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is concluded from a ClientHello that BoringSSL refuses, held against BoringSSL itself: what is said to be lacking must
 * still be lacking when the rest of the offer is perfect.
 */
class OfferReasonsTest {
    private static final String ALL_GROUPS = "x25519 secp256r1 secp384r1 secp521r1";
    private static final List<String> GROUPS = List.of("X25519MLKEM768", "X25519", "P-256", "P-384");
    private static final List<String> SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_RSA_WITH_AES_128_GCM_SHA256");
    private static final String ECDSA = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    private static final String RSA = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    private static final String TLS13 = "TLS_AES_128_GCM_SHA256";
    private static final String ALL_SCHEMES =
            "ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 rsa_pss_rsae_sha256 ed25519";

    private static final Map<ShownKey, Server> SERVERS = new EnumMap<>(ShownKey.class);
    private static final Map<String, Optional<HandshakeFailure>> ANSWERS = new HashMap<>();

    /** A BoringSSL server with one certificate. */
    private record Server(SslContext context, Allowed allowed) {}

    /** A ClientHello in names, separated by spaces; a null list is not sent. */
    private record Offer(boolean tls13, String suites, String groups, String schemes) {
        private HelloBytes hello() {
            HelloBytes hello = new HelloBytes().cipherSuites(list(suites, CipherSuites::code));
            if (!groups.isEmpty()) {
                hello.extension(ExtensionTypes.SUPPORTED_GROUPS, list(groups, NamedGroups::code));
            }
            if (!schemes.isEmpty()) {
                hello.extension(ExtensionTypes.SIGNATURE_ALGORITHMS, list(schemes, SignatureSchemes::code));
            }
            if (tls13) {
                hello.extension(ExtensionTypes.SUPPORTED_VERSIONS, "020304");
                hello.extension(ExtensionTypes.KEY_SHARE, "0000");
            }
            return hello;
        }

        private static String list(String names, java.util.function.ToIntFunction<String> registry) {
            StringBuilder codes = new StringBuilder();
            Stream.of(names.split(" ", -1)).mapToInt(registry).forEach(code -> codes.append(HelloBytes.uint16(code)));
            return HelloBytes.uint16(codes.length() / 2) + codes;
        }

        private Offer perfectBut(String keptSuites, String keptGroups, String keptSchemes) {
            return new Offer(tls13, keptSuites, keptGroups, keptSchemes);
        }

        private String allSuites() {
            return tls13 ? TLS13 : ECDSA + " " + RSA;
        }
    }

    @BeforeAll
    static void startServers() throws Exception {
        CertificateAuthority authority = CertificateAuthority.create("Test Root");
        Map<ShownKey, KeyKind> kinds = new LinkedHashMap<>();
        kinds.put(ShownKey.P256, KeyKind.EC_P256);
        kinds.put(ShownKey.P384, KeyKind.EC_P384);
        kinds.put(ShownKey.RSA, KeyKind.RSA_2048);
        kinds.put(ShownKey.ED25519, KeyKind.ED25519);
        for (Map.Entry<ShownKey, KeyKind> kind : kinds.entrySet()) {
            SERVERS.put(kind.getKey(), server(authority, kind.getKey(), kind.getValue()));
        }
    }

    @AfterAll
    static void release() {
        SERVERS.values().forEach(server -> ReferenceCountUtil.release(server.context()));
        SERVERS.clear();
        ANSWERS.clear();
    }

    @Test
    void whatIsSaidToBeLackingIsLackingThoughAllElseIsPerfect() throws Exception {
        int refused = 0;
        for (ShownKey key : SERVERS.keySet()) {
            for (Offer offer : offers()) {
                Optional<HandshakeFailure> failure = answer(key, offer);
                if (failure.isEmpty()) {
                    continue;
                }
                refused++;
                Diagnosis diagnosis = diagnose(key, offer, failure.get());
                assertThat(failure.get().mayMean()).as("%s %s", key, offer).contains(diagnosis.reason());
                List<FailureReason> lacking = lacking(key, offer);
                assertThat(lacking)
                        .as("%s %s %s%n%s", key, offer, failure.get().detail().text(), diagnosis.cause())
                        .contains(diagnosis.reason());
                assertThat(diagnosis.cause().contains("Besides"))
                        .as("%s %s lacks %s%n%s", key, offer, lacking, diagnosis.cause())
                        .isEqualTo(lacking.size() > 1);
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    /** Each beside those for which it could be taken. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // A suite, and neither its group nor the key that it goes with.
                "RSA  | 1.2 | TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 | x25519 | rsa_pss_rsae_sha256 | no_common_suite            | No cipher suite in common",
                "P256 | 1.2 | TLS_RSA_WITH_AES_128_CBC_SHA        | ''     | ''                  | no_common_suite            | No cipher suite in common",
                "P256 | 1.3 | TLS_AES_128_CCM_SHA256              | x25519 | ecdsa_secp256r1_sha256 | no_common_suite         | No cipher suite in common",
                "P256 | 1.3 | TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 | x25519 | ecdsa_secp256r1_sha256 | no_common_suite     | which has suites of its own",
                // A group, and neither the suite nor the certificate's curve.
                "RSA  | 1.2 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | ''     | rsa_pss_rsae_sha256 | no_common_group          | names no key exchange group",
                "P256 | 1.2 | TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 | ''   | ''                  | no_common_group          | names no key exchange group",
                "RSA  | 1.2 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | secp521r1 | rsa_pss_rsae_sha256 | no_common_group       | offers secp521r1, and this route takes X25519, P-256 or P-384",
                "RSA  | 1.3 | TLS_AES_128_GCM_SHA256              | secp521r1 | rsa_pss_rsae_sha256 | no_common_group         | offers secp521r1",
                "P256 | 1.3 | TLS_AES_128_GCM_SHA256              | ''       | ecdsa_secp256r1_sha256 | no_common_group       | names no key exchange group",
                // The certificate's kind, curve and scheme, and neither a suite nor a group.
                "P256 | 1.2 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | secp256r1 | rsa_pss_rsae_sha256 | no_common_signature_scheme | offers TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "P256 | 1.2 | TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 | x25519 | ecdsa_secp256r1_sha256 | no_common_signature_scheme | its key is on secp256r1, and the client's groups are x25519",
                "P384 | 1.2 | TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 | secp256r1 | ecdsa_secp384r1_sha384 | no_common_signature_scheme | its key is on secp384r1, and the client's groups are secp256r1",
                "RSA  | 1.2 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | x25519 | ecdsa_secp256r1_sha256 | no_common_signature_scheme | offers ecdsa_secp256r1_sha256",
                "RSA  | 1.3 | TLS_AES_128_GCM_SHA256              | x25519   | rsa_pkcs1_sha256    | no_common_signature_scheme | offers rsa_pkcs1_sha256, and the certificate can sign by rsa_pss_rsae_sha256",
                "P384 | 1.3 | TLS_AES_128_GCM_SHA256              | x25519   | ecdsa_secp256r1_sha256 | no_common_signature_scheme | can sign by ecdsa_secp384r1_sha384",
                "P256 | 1.3 | TLS_AES_128_GCM_SHA256              | x25519   | ''                  | no_common_signature_scheme | offers none",
            })
    void aNeighbourIsToldApart(
            ShownKey key, String version, String suites, String groups, String schemes, String reason, String cause)
            throws Exception {
        Offer offer = new Offer(version.equals("1.3"), suites, groups, schemes);

        Diagnosis diagnosis = diagnose(key, offer, answer(key, offer).orElseThrow());

        assertThat(diagnosis.reason().tag()).as(diagnosis.toString()).isEqualTo(reason);
        assertThat(diagnosis.cause()).contains(cause);
        assertThat(diagnosis.missing()).isNotEmpty();
    }

    /** An advice that names another kind of key names one with which the same client gets in. */
    @Test
    void aCertificateThatIsAdvisedIsOneThatTheClientCanVerify() throws Exception {
        for (ShownKey key : SERVERS.keySet()) {
            for (Offer offer : offers()) {
                Optional<HandshakeFailure> failure = answer(key, offer);
                if (failure.isEmpty()
                        || diagnose(key, offer, failure.get()).reason() != FailureReason.NO_COMMON_SIGNATURE_SCHEME
                        || lacking(key, offer).size() > 1) {
                    continue;
                }
                String fix = diagnose(key, offer, failure.get()).fix();
                for (ShownKey other : SERVERS.keySet()) {
                    assertThat(fix.contains(words(other)))
                            .as("%s %s %s: %s", key, other, offer, fix)
                            .isEqualTo(answer(other, offer).isEmpty());
                }
            }
        }
    }

    @Test
    void whatIsSaidToBePossibleIsWhatBoringSslHas() {
        assertThat(Allowed.POSSIBLE_SUITES).allMatch(OpenSsl::isCipherSuiteAvailable);
    }

    private static String words(ShownKey key) {
        return switch (key) {
            case RSA -> "(RSA";
            case P256 -> "ECDSA on P-256";
            case P384 -> "ECDSA on P-384";
            case P521 -> "ECDSA on P-521";
            case ED25519 -> "Ed25519";
        };
    }

    /** The truth, by BoringSSL: it refuses although all else is perfect. */
    private static List<FailureReason> lacking(ShownKey key, Offer offer) throws Exception {
        List<FailureReason> lacking = new ArrayList<>();
        boolean suite = refusedByAll(offer.perfectBut(offer.suites(), ALL_GROUPS, ALL_SCHEMES));
        if (suite) {
            lacking.add(FailureReason.NO_COMMON_SUITE);
        }
        if (!(suite && !offer.tls13())
                && refusedByAll(offer.perfectBut(offer.allSuites(), offer.groups(), ALL_SCHEMES))) {
            lacking.add(FailureReason.NO_COMMON_GROUP);
        }
        String anyGroup = (offer.groups() + " x25519").strip();
        String suites = offer.tls13() ? TLS13 : offer.suites();
        if (!(suite && !offer.tls13())
                && answer(key, offer.perfectBut(suites, anyGroup, offer.schemes()))
                        .isPresent()) {
            lacking.add(FailureReason.NO_COMMON_SIGNATURE_SCHEME);
        }
        return lacking;
    }

    private static boolean refusedByAll(Offer offer) throws Exception {
        for (ShownKey key : SERVERS.keySet()) {
            if (answer(key, offer).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private static List<Offer> offers() {
        List<Offer> offers = new ArrayList<>();
        for (boolean tls13 : new boolean[] {false, true}) {
            for (String suites : List.of(
                    ECDSA, RSA, ECDSA + " " + RSA, "TLS_RSA_WITH_AES_128_CBC_SHA", TLS13, "TLS_AES_128_CCM_SHA256")) {
                for (String groups : List.of("", "x25519", "secp256r1", "secp384r1", "secp521r1", "ffdhe2048")) {
                    for (String schemes : List.of(
                            "", "ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256", "rsa_pkcs1_sha256", "ed25519")) {
                        offers.add(new Offer(tls13, suites, groups, schemes));
                    }
                }
            }
        }
        return offers;
    }

    private static Diagnosis diagnose(ShownKey key, Offer offer, HandshakeFailure failure) throws Exception {
        HandshakeTrace trace = HandshakeTrace.ofServer(0);
        FailedHandshake failed =
                new FailedHandshake(failure, offer.hello().parse(), server(key).allowed(), trace, Instant.now());
        return failed.diagnose(trace.snapshot());
    }

    private static Server server(ShownKey key) {
        return Objects.requireNonNull(SERVERS.get(key));
    }

    /** How BoringSSL refuses the offer; empty when it takes it. */
    private static Optional<HandshakeFailure> answer(ShownKey key, Offer offer) throws Exception {
        String question = key + " " + offer;
        Optional<HandshakeFailure> known = ANSWERS.get(question);
        if (known == null) {
            known = ask(server(key).context(), HelloBytes.records(offer.hello().message(), 16_384));
            ANSWERS.put(question, known);
        }
        return known;
    }

    private static Optional<HandshakeFailure> ask(SslContext context, byte[] hello) throws SSLException {
        SSLEngine engine = context.newEngine(ByteBufAllocator.DEFAULT);
        try {
            engine.beginHandshake();
            ByteBuffer sent = ByteBuffer.allocate(32_768);
            engine.unwrap(ByteBuffer.wrap(hello), ByteBuffer.allocate(32_768));
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
            engine.wrap(ByteBuffer.allocate(0), sent);
            if (sent.position() == 0 || sent.get(0) != ContentTypes.HANDSHAKE) {
                throw new AssertionError("BoringSSL neither answers nor says why");
            }
            return Optional.empty();
        } catch (SSLException e) {
            return Optional.of(
                    BoringSslError.in(e).map(BoringSslReasons::failure).orElseThrow(() -> new AssertionError(e)));
        } finally {
            ReferenceCountUtil.release(engine);
        }
    }

    private static Server server(CertificateAuthority authority, ShownKey key, KeyKind kind) throws Exception {
        IssuedCertificate certificate = authority.server("localhost").key(kind).issue();
        SslContext context = CredentialServer.context(certificate, SUITES, GROUPS);
        ShownCertificate shown = new ShownCertificate(
                "server.crt",
                "CN=localhost",
                "CN=Test Root",
                List.of("localhost"),
                Instant.EPOCH,
                Instant.MAX,
                false,
                1,
                key);
        return new Server(
                context, new Allowed(List.of("TLSv1.2", "TLSv1.3"), SUITES, GROUPS, List.of(), "none", List.of(shown)));
    }
}
