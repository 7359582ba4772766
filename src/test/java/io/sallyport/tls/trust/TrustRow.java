package io.sallyport.tls.trust;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.BackendTlsConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.config.value.StartTls;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Pem;
import io.sallyport.tls.path.CertificationPath;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One case of a table: trust anchors, what a peer sends, and what is to come of it.
 *
 * @param sent the peer's certificate first
 */
public record TrustRow(String name, Decision decision, List<X509Certificate> anchors, List<X509Certificate> sent) {
    /** Sallyport and OpenSSL decide alike, or Sallyport alone refuses. */
    public enum Decision {
        ACCEPTED,
        REFUSED,
        REFUSED_BY_US_ALONE
    }

    public static TrustRow of(
            String name, Decision decision, List<CertificateAuthority> anchors, IssuedCertificate peer) {
        return new TrustRow(
                name,
                decision,
                anchors.stream().map(CertificateAuthority::certificate).toList(),
                peer.chain());
    }

    public boolean isAcceptedAsClient() {
        ClientAuthConfig config = new ClientAuthConfig(
                Mode.REQUIRE,
                List.of(),
                List.of(),
                CrlFetchConfig.NONE,
                CrlPolicy.SOFT_FAIL,
                4,
                true,
                List.of(),
                List.of(),
                new Place(""));
        try {
            new ClientTrust(config, trustAnchors(), Crls.none(), Instant::now).judge(sent);
            return true;
        } catch (ClientCertificateException e) {
            return false;
        }
    }

    /** Leaves aside what its name is. */
    boolean isAcceptedAsServer() {
        BackendTlsConfig config = new BackendTlsConfig(
                true, null, BackendTlsConfig.Verify.FULL, List.of(), List.of(), List.of(), StartTls.OFF, new Place(""));
        try {
            new ServerTrust(config, trustAnchors(), Instant::now).judge(sent, "server.test");
            return true;
        } catch (ServerCertificateException e) {
            return e.failure() == ServerCertificateFailure.WRONG_NAME;
        }
    }

    /** An issuer alone counts for {@code openssl verify} only with {@code -partial_chain}. */
    public boolean isAcceptedByOpenssl(Path directory) {
        Pem.write(directory.resolve("anchors.pem"), Pem.certificates(anchors));
        Pem.write(directory.resolve("sent.pem"), Pem.certificates(sent));
        Pem.write(directory.resolve("leaf.pem"), Pem.certificates(sent.subList(0, 1)));
        List<String> command = new ArrayList<>(List.of("verify", "-purpose", "sslclient", "-no-CApath", "-no-CAstore"));
        if (anchors.stream().noneMatch(CertificationPath::isSelfIssued)) {
            command.add("-partial_chain");
        }
        command.addAll(List.of("-CAfile", "anchors.pem", "-untrusted", "sent.pem", "leaf.pem"));
        return new Openssl(directory).output(command).contains("leaf.pem: OK");
    }

    private TrustAnchors trustAnchors() {
        return new TrustAnchors(List.of(new TrustAnchors.Source("anchors", anchors)));
    }

    @Override
    public String toString() {
        return name;
    }
}
