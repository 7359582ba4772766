package io.sallyport.explain.judge;

import io.sallyport.explain.probe.HostAddress;
import io.sallyport.explain.probe.ServedChain;
import io.sallyport.tls.context.ServerNameMap;
import io.sallyport.tls.material.CertificateChain;
import io.sallyport.tls.material.ServerNames;
import io.sallyport.tls.x509.DistinguishedName;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a client that verifies certificates would say of a server's chain. Used once. */
public final class ChainJudge {
    private static final Duration SOON = Duration.ofDays(14);
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String AUTHORITY_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_PURPOSE = "2.5.29.37.0";
    private static final int MOST_NAMES = 6;

    private final ServedChain served;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    public ChainJudge(ServedChain served, Instant now) {
        this.served = served;
        this.now = now;
    }

    /**
     * The findings, the worst first.
     *
     * @param identity the host name or IP address that the certificate must be for
     */
    public List<Finding> judge(ChainPath path, String identity) {
        if (!path.isTrusted()) {
            addTrust(path);
        }
        served.chain().ordered().forEach(this::addDates);
        addName(identity);
        addPurpose();
        addOrder();
        served.sent().stream().distinct().forEach(this::addStrength);
        return findings;
    }

    private void addTrust(ChainPath path) {
        CertificateChain chain = served.chain();
        X509Certificate last = chain.last();
        if (!path.broken().isEmpty()) {
            add(FindingCode.INVALID_CHAIN, "the chain to " + path.anchor() + " breaks a rule: " + path.broken(), "");
        } else if (!CertificateChain.isSelfSigned(last)) {
            addMissing(last);
        } else if (chain.ordered().size() == 1) {
            add(
                    FindingCode.SELF_SIGNED,
                    CertificateText.subject(last) + " signs itself and is no trust anchor",
                    "Give clients this certificate as a trust anchor (--ca here), or get one from an authority that"
                            + " they trust");
        } else {
            add(
                    FindingCode.UNTRUSTED_ROOT,
                    "the chain ends in " + CertificateText.subject(last) + ", which is no trust anchor",
                    "Give clients this root as a trust anchor (--ca here)");
        }
    }

    /** A public authority says where its issuer can be fetched, and never issues a server's certificate by its root. */
    private void addMissing(X509Certificate last) {
        String issuer = DistinguishedName.display(last.getIssuerX500Principal());
        String append = "Append the certificate of " + issuer + " to the server's chain";
        add(
                FindingCode.MISSING_INTERMEDIATE,
                "the issuer of " + CertificateText.subject(last) + ", " + issuer
                        + ", was not sent and is no trust anchor",
                last.getExtensionValue(AUTHORITY_INFORMATION_ACCESS) != null
                        ? append
                        : append + "; if it is a root, give it to clients as a trust anchor instead (--ca here)");
    }

    private void addDates(X509Certificate certificate) {
        Instant start = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isAfter(end)) {
            add(
                    FindingCode.EXPIRED,
                    CertificateText.subject(certificate) + " expired on " + CertificateText.day(end) + ", "
                            + CertificateText.days(Duration.between(end, now).toDays()) + " ago",
                    "Renew it, and let the server read it again");
        } else if (now.isBefore(start)) {
            add(
                    FindingCode.NOT_YET_VALID,
                    CertificateText.subject(certificate) + " is not valid before " + start,
                    "Wait, or set the clock of whoever is wrong: it is " + now.truncatedTo(ChronoUnit.SECONDS)
                            + " here");
        } else if (end.isBefore(now.plus(SOON))) {
            add(
                    FindingCode.EXPIRES_SOON,
                    CertificateText.subject(certificate) + " expires on " + CertificateText.day(end) + ", in "
                            + CertificateText.days(Duration.between(now, end).toDays()),
                    "Renew it");
        }
    }

    private void addName(String identity) {
        List<String> names = names(served.leaf());
        if (!matches(names, identity)) {
            String shown = names.isEmpty()
                    ? "no name"
                    : names.stream().limit(MOST_NAMES).collect(Collectors.joining(", "))
                            + (names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more" : "");
            add(
                    FindingCode.WRONG_NAME,
                    "the certificate is not for " + identity + ", but for " + shown,
                    "Ask for one of its names (--server-name here), or get a certificate for this one");
        } else if (served.leaf().getExtensionValue(ALTERNATIVE_NAMES) == null) {
            add(
                    FindingCode.NO_ALTERNATIVE_NAMES,
                    "the certificate has its name in the common name alone, where browsers do not look",
                    "Get one with a subject alternative name");
        }
    }

    /** RFC 9525: exact, or a wildcard for one label; addresses by value. */
    static boolean matches(List<String> names, String identity) {
        if (HostAddress.isLiteral(identity)) {
            return names.stream()
                    .filter(HostAddress::isLiteral)
                    .map(HostAddress::canonical)
                    .anyMatch(HostAddress.canonical(identity)::equals);
        }
        Map<String, Boolean> known =
                names.stream().collect(Collectors.toMap(Function.identity(), each -> true, (one, other) -> one));
        return ServerNameMap.of(known).lookup(identity) != null;
    }

    /** The names that a certificate is for; empty when they cannot be read. */
    public static List<String> names(X509Certificate leaf) {
        try {
            return ServerNames.of(leaf);
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    private void addPurpose() {
        try {
            @Nullable List<String> purposes = served.leaf().getExtendedKeyUsage();
            if (purposes != null && !purposes.contains(SERVER_AUTH) && !purposes.contains(ANY_PURPOSE)) {
                add(
                        FindingCode.WRONG_PURPOSE,
                        "the certificate is not made for servers (its extended key usage lacks serverAuth)",
                        "Get one with extendedKeyUsage=serverAuth");
            }
        } catch (CertificateParsingException e) {
            add(FindingCode.INVALID_CHAIN, "the extended key usage of the certificate cannot be read", "");
        }
    }

    private void addOrder() {
        CertificateChain chain = served.chain();
        if (chain.repaired() && chain.leftOut().isEmpty()) {
            add(
                    FindingCode.WRONG_ORDER,
                    "the chain is not in order: strict clients refuse it (RFC 5246 section 7.4.2)",
                    "Send "
                            + chain.ordered().stream()
                                    .map(CertificateText::subject)
                                    .collect(Collectors.joining(", then ")));
        }
        for (X509Certificate stray : chain.leftOut()) {
            add(
                    FindingCode.NOT_PART_OF_CHAIN,
                    chain.ordered().contains(stray)
                            ? CertificateText.subject(stray) + " was sent twice"
                            : CertificateText.subject(stray) + " was sent, but issued none of the others",
                    "Leave it out of the server's chain");
        }
        if (chain.ordered().size() > 1 && CertificateChain.isSelfSigned(chain.last())) {
            add(
                    FindingCode.ROOT_SENT,
                    "the root " + CertificateText.subject(chain.last())
                            + " was sent: clients have it or do not trust it",
                    "Leave it out, it only costs bytes");
        }
    }

    private void addStrength(X509Certificate certificate) {
        if (CertificateKey.isWeak(certificate.getPublicKey())) {
            add(
                    FindingCode.WEAK_KEY,
                    CertificateText.subject(certificate) + " has a weak key: "
                            + CertificateKey.describe(certificate.getPublicKey()),
                    "Take RSA of 2048 bits or more, or EC on P-256");
        }
        if (CertificateKey.isWeaklySigned(certificate) && !CertificateChain.isSelfSigned(certificate)) {
            add(
                    FindingCode.WEAK_SIGNATURE,
                    CertificateText.subject(certificate) + " is signed with " + certificate.getSigAlgName(),
                    "Have it signed with SHA-256 or better");
        }
    }

    private void add(FindingCode code, String text, String fix) {
        findings.add(new Finding(code, text, fix));
    }
}
