package io.sallyport.tls.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.tls.BackendTlsConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.CertificateRequest;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.path.ClientCertificateFailure;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A peer with a SPIFFE ID is judged by the authorities of its own trust domain, and by the rules of the X509-SVID standard. */
final class TrustDomainTest {
    private static final CertificateAuthority OURS = CertificateAuthority.create("Ours");
    private static final CertificateAuthority PARTNER = CertificateAuthority.create("Partner");
    private static final CertificateAuthority FILE = CertificateAuthority.create("File");
    private static final Map<String, List<X509Certificate>> DOMAINS =
            Map.of("ours", List.of(OURS.certificate()), "partner", List.of(PARTNER.certificate()));

    @TempDir
    private Path directory;

    @Test
    void eachDomainHasItsOwnAuthorities() throws ClientCertificateException {
        assertThat(judged(svid(OURS, "spiffe://ours/db")).identity().uris()).containsExactly("spiffe://ours/db");
        judged(svid(PARTNER, "spiffe://partner/db"));

        assertThat(refusal(svid(PARTNER, "spiffe://ours/db"))).isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
        assertThat(refusal(svid(OURS, "spiffe://partner/db"))).isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
        assertThat(refusal(svid(OURS, "spiffe://stranger/db"))).isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
    }

    @Test
    void anIntermediateOfTheDomainLeadsToItsBundle() throws ClientCertificateException {
        CertificateAuthority intermediate = OURS.authority("Below").issueAuthority();

        judged(svid(intermediate, "spiffe://ours/db"));
    }

    @Test
    void whatTheStandardForbidsALeafIsRefused() {
        assertThat(refusal(svid(OURS, "spiffe://ours/a", "spiffe://ours/b")))
                .isEqualTo(ClientCertificateFailure.MALFORMED);
        assertThat(refusal(svid(OURS, "spiffe://ours/a", "https://ours/b")))
                .isEqualTo(ClientCertificateFailure.MALFORMED);
        assertThat(refusal(svid(OURS, "spiffe://ours/../a"))).isEqualTo(ClientCertificateFailure.MALFORMED);
        assertThat(refusal(svid(OURS, "spiffe://ours"))).isEqualTo(ClientCertificateFailure.WRONG_PURPOSE);
        assertThat(refusal(OURS.authority("x").uri("spiffe://ours/a").issue()))
                .isEqualTo(ClientCertificateFailure.WRONG_PURPOSE);
        for (int bit : List.of(KeyUsage.keyCertSign, KeyUsage.cRLSign)) {
            assertThat(refusal(request(OURS, "spiffe://ours/a")
                            .keyUsage(KeyUsage.digitalSignature | bit)
                            .issue()))
                    .isEqualTo(ClientCertificateFailure.WRONG_PURPOSE);
        }
        assertThat(refusal(request(OURS, "spiffe://ours/a").expired().issue()))
                .isEqualTo(ClientCertificateFailure.EXPIRED);
    }

    @Test
    void whoeverHasNoSpiffeIdIsJudgedByTheFiles() throws ClientCertificateException {
        assertThat(refusal(OURS.client("ops").issue())).isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);

        FILE.writePem(directory, "file");
        ClientTrust both = client(anchors(DOMAINS, directory.resolve("file.crt")));
        both.judge(FILE.client("ops").issue().chain());
        assertThat(refusal(both, OURS.client("ops").issue())).isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
    }

    /** The authority of a file may be anybody's: it must not make IDs of a trust domain, before its bundle is known neither. */
    @Test
    void theAuthorityOfAFileIssuesNoSpiffeIds() {
        FILE.writePem(directory, "file");
        IssuedCertificate forged = svid(FILE, "spiffe://ours/db");

        assertThat(refusal(client(anchors(DOMAINS, directory.resolve("file.crt"))), forged))
                .isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
        assertThat(refusal(client(anchors(Map.of(), directory.resolve("file.crt"))), forged))
                .isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
    }

    @Test
    void aServerIsKnownByItsIdAndNoName() throws ServerCertificateException {
        ServerTrust trust = server("spiffe://ours/db");
        trust.judge(svid(OURS, "spiffe://ours/db").chain(), "whatever.test");
        trust.judge(svid(OURS, "spiffe://ours/db").chain(), null);

        assertThat(refused(trust, svid(OURS, "spiffe://ours/web"), "whatever.test"))
                .isEqualTo(ServerCertificateFailure.REFUSED_BY_RULE);
        assertThat(refused(trust, svid(PARTNER, "spiffe://ours/db"), "whatever.test"))
                .isEqualTo(ServerCertificateFailure.UNTRUSTED);
        assertThat(refused(trust, OURS.server("whatever.test").issue(), "whatever.test"))
                .isEqualTo(ServerCertificateFailure.UNTRUSTED);
    }

    private static IssuedCertificate svid(CertificateAuthority authority, String... ids) {
        return request(authority, ids).issue();
    }

    private static CertificateRequest request(CertificateAuthority authority, String... ids) {
        return authority.client("workload").server().uri(ids);
    }

    private static VerifiedClient judged(IssuedCertificate client) throws ClientCertificateException {
        return client(anchors(DOMAINS)).judge(client.chain());
    }

    private static ClientCertificateFailure refusal(IssuedCertificate client) {
        return refusal(client(anchors(DOMAINS)), client);
    }

    private static ClientCertificateFailure refusal(ClientTrust trust, IssuedCertificate client) {
        return catchThrowableOfType(ClientCertificateException.class, () -> trust.judge(client.chain()))
                .failure();
    }

    private static ServerCertificateFailure refused(ServerTrust trust, IssuedCertificate server, String name) {
        return catchThrowableOfType(ServerCertificateException.class, () -> trust.judge(server.chain(), name))
                .failure();
    }

    private static TrustAnchors anchors(Map<String, List<X509Certificate>> domains, Path... files) {
        Findings findings = new Findings();
        List<TrustAnchorConfig> configs = new ArrayList<>(List.of(new TrustAnchorConfig.Spiffe()));
        for (Path file : files) {
            configs.add(new TrustAnchorConfig.PemFile(file));
        }
        TrustAnchors anchors = TrustAnchors.load(configs, "", Instant.now(), findings, domains);
        assertThat(findings.problems()).isEmpty();
        return anchors;
    }

    private static ClientTrust client(TrustAnchors anchors) {
        ClientAuthConfig config = Objects.requireNonNull(
                        config("spiffe://ours/*").listeners().get("https"))
                .tls()
                .clientAuth();
        return new ClientTrust(config, anchors, Crls.none(), Instant::now);
    }

    private static ServerTrust server(String id) {
        BackendTlsConfig config =
                Objects.requireNonNull(config(id).backends().get("app")).tls();
        return new ServerTrust(config, anchors(DOMAINS), Instant::now);
    }

    /** @param server the SPIFFE ID that servers must have */
    private static ProxyConfig config(String server) {
        try {
            return ConfigLoader.load("""
                    sallyport {
                      spiffe.endpoint-socket = "unix:///agent.sock"
                      listeners.https {
                        bind = "127.0.0.1:0", backend = app
                        tls { certificates = [{ spiffe = on }], client-auth { mode = require, trust-anchors = [spiffe] } }
                      }
                      backends.app {
                        servers = ["127.0.0.1:1"]
                        tls { enabled = on, trust-anchors = [spiffe], allow = [{ uri = "%s" }] }
                      }
                    }
                    """.formatted(server), "x.conf", Path.of(""));
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }
}
