package io.sallyport.tls.path;

import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.x509.DistinguishedName;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** The certificate revocation lists of one client-auth block. */
public final class Crls {
    private final List<Crl> lists;
    private final List<URI> awaited;
    private final boolean asked;
    private final Map<X500Principal, List<Crl>> byIssuer = new HashMap<>();

    private Crls(List<Crl> lists, List<URI> awaited, boolean asked) {
        this.lists = List.copyOf(lists);
        this.awaited = List.copyOf(awaited);
        this.asked = asked;
        lists.forEach(list -> byIssuer.computeIfAbsent(list.issuer(), issuer -> new ArrayList<>())
                .add(list));
    }

    /**
     * When a list is due to be replaced: for metrics.
     *
     * @param name the file, with {@code #2} and so on for the second list in it
     */
    public record NextUpdate(String name, Instant time) {}

    public static Crls none() {
        return new Crls(List.of(), List.of(), false);
    }

    /**
     * Reads the lists that there are; fetches none. Blocks. A file that cannot be read is missing in the result, and a problem
     * in {@code findings}; a fetched list that cannot be used is as one that was not fetched yet.
     *
     * <p>Of a file, under hard-fail an expired list, by which nobody would be let in, is a problem; a fetched one is about to be
     * replaced.
     *
     * @param anchors whose lists these are to be; another issuer's beside them is a warning, as it may be an
     *     intermediate's, and a problem where it stands alone
     * @param now what an expired list is judged by
     */
    public static Crls load(ClientAuthConfig config, TrustAnchors anchors, Instant now, Findings findings) {
        List<Crl> lists = new ArrayList<>();
        for (Path file : config.crls()) {
            Findings.About about = findings.about(config.where(), file);
            try {
                List<Crl> read = CrlReader.read(file, about.subject());
                read.forEach(list -> tell(list, anchors.certificates(), config.crlPolicy(), now, about));
                lists.addAll(read);
            } catch (MaterialException e) {
                about.problem(e);
            }
        }
        FetchedCrls fetched = FetchedCrls.read(config, anchors, now, findings);
        if (!lists.isEmpty()
                && config.fetchedCrls().isEmpty()
                && lists.stream().noneMatch(list -> list.isOfOneOf(anchors.certificates()))) {
            String harm = config.crlPolicy() == CrlPolicy.HARD_FAIL ? "nobody" : "whom a trust anchor revoked";
            findings.about(config.where(), config.crls().get(0))
                    .problem("neither this nor another list is of a trust anchor, so that " + harm
                            + " would be let in (expected: a list of each trust anchor)");
        }
        lists.addAll(fetched.lists());
        return new Crls(lists, fetched.awaited(), config.looksUpRevocation());
    }

    /** The lists that say when they are to be replaced. */
    public List<NextUpdate> nextUpdates() {
        return lists.stream()
                .flatMap(list -> Stream.ofNullable(list.nextUpdate()).map(time -> new NextUpdate(list.name(), time)))
                .toList();
    }

    /** The DER of every list. */
    public List<byte[]> encoded() {
        return lists.stream().map(Crl::encoded).toList();
    }

    /** Whether nothing is looked up. */
    public boolean isEmpty() {
        return !asked;
    }

    /** Those that the configuration names and that were never fetched. */
    public List<URI> awaited() {
        return awaited;
    }

    /**
     * Asks the lists of its issuer whether a certificate is revoked.
     *
     * @throws ClientCertificateException when {@code certificate} is on a list, or {@code policy} wants one
     */
    public void check(X509Certificate certificate, X509Certificate issuer, CrlPolicy policy, Instant now)
            throws ClientCertificateException {
        List<Crl> ours = byIssuer.getOrDefault(certificate.getIssuerX500Principal(), List.of()).stream()
                .filter(list -> list.isSignedBy(issuer.getPublicKey()))
                .toList();
        for (Crl list : ours) {
            @Nullable X509CRLEntry entry = list.entry(certificate);
            if (entry != null) {
                throw revoked(certificate, entry, list);
            }
        }
        if (policy == CrlPolicy.HARD_FAIL) {
            if (!CertificateRules.maySignRevocationLists(issuer)) {
                throw ClientCertificateException.about(
                        certificate,
                        ClientCertificateFailure.CRL_UNAVAILABLE,
                        "the key usage of its issuer lacks cRLSign, so that no list covers it (crl-policy is hard-fail)");
            }
            checkCovered(certificate, ours, now);
        } else if (!awaited.isEmpty() && ours.stream().noneMatch(list -> list.covers(certificate))) {
            // A list that was never there says nothing: as OpenSSL, and as a missing file, which fails the start.
            throw ClientCertificateException.about(
                    certificate,
                    ClientCertificateFailure.CRL_UNAVAILABLE,
                    "there is no revocation list of its issuer, and " + awaited.get(0) + " was not fetched yet");
        }
    }

    private static void checkCovered(X509Certificate certificate, List<Crl> ours, Instant now)
            throws ClientCertificateException {
        List<Crl> covering =
                ours.stream().filter(list -> list.covers(certificate)).toList();
        if (covering.isEmpty()) {
            throw ClientCertificateException.about(
                    certificate,
                    ClientCertificateFailure.CRL_UNAVAILABLE,
                    "there is no revocation list of its issuer (crl-policy is hard-fail)");
        }
        if (covering.stream().noneMatch(list -> list.isCurrent(now))) {
            Crl list = covering.get(0);
            throw ClientCertificateException.about(
                    certificate,
                    ClientCertificateFailure.CRL_EXPIRED,
                    "the revocation list in " + list.name() + " is of " + list.thisUpdate()
                            + " and was to be replaced at " + list.nextUpdate() + " (crl-policy is hard-fail)");
        }
    }

    private static ClientCertificateException revoked(X509Certificate certificate, X509CRLEntry entry, Crl list) {
        String reason = Optional.ofNullable(entry.getRevocationReason())
                .map(code -> ", " + code)
                .orElse("");
        return ClientCertificateException.about(
                certificate,
                ClientCertificateFailure.REVOKED,
                "revoked at " + entry.getRevocationDate().toInstant() + reason + ", by " + list.name());
    }

    private static void tell(
            Crl list, List<X509Certificate> anchors, CrlPolicy policy, Instant now, Findings.About file) {
        String issuer = DistinguishedName.display(list.issuer());
        List<X509Certificate> named =
                anchors.stream().filter(list::isInTheNameOf).toList();
        if (named.isEmpty()) {
            file.warning(
                    "is of " + issuer + ", which is no trust anchor; it counts only for chains with that issuer as an"
                            + " intermediate (expected: the list of an issuer of client certificates)");
        } else if (named.stream().noneMatch(anchor -> list.isSignedBy(anchor.getPublicKey()))) {
            file.problem("is not signed by the trust anchor " + issuer
                    + " (expected: the list of an issuer of client certificates)");
        }
        if (list.isCurrent(now)) {
            return;
        }
        String dates = "the revocation list of " + issuer + " is of " + list.thisUpdate()
                + " and was to be replaced at " + list.nextUpdate();
        if (policy == CrlPolicy.HARD_FAIL) {
            file.problem(dates + " (expected: a current one, as crl-policy is hard-fail)");
        } else {
            file.warning(dates + " (expected: a current one; who is not on it is let in, as crl-policy is soft-fail)");
        }
    }
}
