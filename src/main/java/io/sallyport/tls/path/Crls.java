package io.sallyport.tls.path;

import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.MaterialFile;
import io.sallyport.tls.file.PemBlock;
import io.sallyport.tls.x509.CertificateParser;
import io.sallyport.tls.x509.DistinguishedName;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
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
    /** The largest public lists have some ten MiB. */
    private static final int LIMIT = 128 << 20;

    private static final String EXPECTED = "certificate revocation lists, PEM or DER";
    private static final String DELTA = "2.5.29.27";

    private final List<Crl> lists;
    private final Map<X500Principal, List<Crl>> byIssuer = new HashMap<>();

    private Crls(List<Crl> lists) {
        this.lists = List.copyOf(lists);
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
        return new Crls(List.of());
    }

    /**
     * Reads the lists. Blocks; what cannot be read is missing in the result, and a problem in {@code findings}.
     *
     * @param anchors whose lists these are to be; another issuer's beside them is a warning, as it may be an
     *     intermediate's, and a problem where it stands alone
     * @param policy under hard-fail an expired list, by which nobody would be let in, is a problem
     * @param where {@code file:line} of the entry in the configuration, for messages
     * @param now what an expired list is judged by
     */
    public static Crls load(
            List<Path> files, TrustAnchors anchors, CrlPolicy policy, String where, Instant now, Findings findings) {
        List<Crl> lists = new ArrayList<>();
        for (Path file : files) {
            Findings.About about = findings.about(where, file);
            try {
                List<Crl> read = read(file, about.subject());
                read.forEach(list -> tell(list, anchors.certificates(), policy, now, about));
                lists.addAll(read);
            } catch (MaterialException e) {
                about.problem(e);
            }
        }
        if (!lists.isEmpty() && lists.stream().noneMatch(list -> isOfAnAnchor(list, anchors))) {
            String harm = policy == CrlPolicy.HARD_FAIL ? "nobody" : "whom a trust anchor revoked";
            findings.about(where, files.get(0))
                    .problem("neither this nor another list is of a trust anchor, so that " + harm
                            + " would be let in (expected: a list of each trust anchor)");
        }
        return new Crls(lists);
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

    public boolean isEmpty() {
        return lists.isEmpty();
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

    private static List<Crl> read(Path file, String name) throws MaterialException {
        byte[] content = MaterialFile.read(file, LIMIT, EXPECTED);
        if (content.length == 0) {
            throw new MaterialException("is empty (expected: " + EXPECTED + ")");
        }
        List<PemBlock> blocks = PemBlock.split(content);
        if (blocks.isEmpty() && content[0] == 0x30) {
            return List.of(list(name, 0, content));
        }
        List<Crl> lists = new ArrayList<>();
        for (PemBlock block : blocks) {
            if (block.label().equals("X509 CRL") || block.label().equals("CRL")) {
                String own = lists.isEmpty() ? name : name + "#" + (lists.size() + 1);
                lists.add(list(own, block.line(), block.der()));
            }
        }
        if (lists.isEmpty()) {
            throw new MaterialException("no revocation list in the file (" + PemBlock.found(content, blocks)
                    + "; expected: " + EXPECTED + ")");
        }
        return lists;
    }

    private static Crl list(String name, int line, byte[] der) throws MaterialException {
        try {
            X509CRL list = CertificateParser.parseRevocationList(der);
            if (list.getExtensionValue(DELTA) != null) {
                throw new MaterialException(line, "is a delta list (expected: a complete one)");
            }
            if (list.hasUnsupportedCriticalExtension()) {
                throw new MaterialException(
                        line,
                        "has a critical extension that is not known, among " + list.getCriticalExtensionOIDs()
                                + " (expected: those of RFC 5280)");
            }
            return new Crl(name, list, CrlScope.of(list));
        } catch (CRLException | CertificateException | IllegalArgumentException e) {
            throw new MaterialException(
                    line, "not a revocation list: " + e.getMessage() + " (expected: an undamaged X.509 CRL)");
        }
    }

    private static boolean isOfAnAnchor(Crl list, TrustAnchors anchors) {
        return anchors.certificates().stream()
                .anyMatch(anchor -> anchor.getSubjectX500Principal().equals(list.issuer())
                        && list.isSignedBy(anchor.getPublicKey()));
    }

    private static void tell(
            Crl list, List<X509Certificate> anchors, CrlPolicy policy, Instant now, Findings.About file) {
        String issuer = DistinguishedName.display(list.issuer());
        List<X509Certificate> named = anchors.stream()
                .filter(anchor -> anchor.getSubjectX500Principal().equals(list.issuer()))
                .toList();
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
