package io.sallyport.tls.path;

import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.x509.DistinguishedName;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges a list that a stranger's server sent, before it is used (RFC 5280 section 6.3.3).
 *
 * @param issuers whose lists are taken
 * @param name of the list, for messages
 */
public record CrlJudge(List<X509Certificate> issuers, String name) {
    public CrlJudge {
        issuers = List.copyOf(issuers);
    }

    /** What is stored already, where it is still of a trusted issuer; else whatever comes is the first. */
    public Optional<Crl> held(byte[] content) {
        try {
            List<Crl> lists = CrlReader.read(content, name);
            return lists.stream().filter(list -> isTrusted(list)).findFirst();
        } catch (MaterialException e) {
            return Optional.empty();
        }
    }

    /**
     * Judges one. One that is past its next update is taken: those whom it names are revoked.
     *
     * @param held what it would replace; null: nothing
     * @throws CrlRefusal when it is not to be used
     */
    public Crl judge(byte[] content, @Nullable Crl held, Instant now) throws CrlRefusal {
        Crl list = parse(content);
        if (!isTrusted(list)) {
            throw new CrlRefusal(CrlFault.UNTRUSTED, refusal(list));
        }
        if (list.thisUpdate().isAfter(now)) {
            throw new CrlRefusal(
                    CrlFault.NOT_YET_VALID, "it is of " + list.thisUpdate() + " (expected: no later than " + now + ")");
        }
        if (held != null) {
            checkIsNoStepBack(list, held);
        }
        return list;
    }

    private Crl parse(byte[] content) throws CrlRefusal {
        try {
            List<Crl> lists = CrlReader.read(content, name);
            if (lists.size() > 1) {
                throw new CrlRefusal(
                        CrlFault.MALFORMED, lists.size() + " lists (expected: one; each has an address of its own)");
            }
            return lists.get(0);
        } catch (MaterialException e) {
            throw new CrlRefusal(CrlFault.MALFORMED, e.detail());
        } catch (RuntimeException | StackOverflowError e) {
            // What a parser did not foresee is the sender's fault.
            throw new CrlRefusal(CrlFault.MALFORMED, "not a revocation list: " + e);
        }
    }

    private boolean isTrusted(Crl list) {
        return list.isOfOneOf(issuers.stream()
                .filter(CertificateRules::maySignRevocationLists)
                .toList());
    }

    private String refusal(Crl list) {
        String issuer = DistinguishedName.display(list.issuer());
        if (issuers.stream().noneMatch(list::isInTheNameOf)) {
            return "it is of " + issuer
                    + " (expected: the list of a trust anchor, or of the issuer of the certificate that"
                    + " names its address)";
        }
        return list.isOfOneOf(issuers)
                ? "the key usage of " + issuer + " lacks cRLSign (expected: an authority that may sign lists)"
                : "it is not signed by the " + issuer + " that is trusted (expected: its signature)";
    }

    private static void checkIsNoStepBack(Crl list, Crl held) throws CrlRefusal {
        if (!list.issuer().equals(held.issuer())) {
            throw new CrlRefusal(
                    CrlFault.UNTRUSTED,
                    "it is of " + DistinguishedName.display(list.issuer()) + " (expected: of "
                            + DistinguishedName.display(held.issuer()) + ", as the list that is in use)");
        }
        if (!list.speaksOfTheSameAs(held)) {
            throw new CrlRefusal(
                    CrlFault.UNTRUSTED,
                    "it speaks of other certificates than the list that is in use (expected: the same"
                            + " issuingDistributionPoint)");
        }
        @Nullable BigInteger number = list.number();
        @Nullable BigInteger heldNumber = held.number();
        if (heldNumber != null && (number == null || number.compareTo(heldNumber) < 0)) {
            throw new CrlRefusal(CrlFault.OLDER, "its number is " + number + " (expected: " + heldNumber + " or more)");
        }
        if (list.thisUpdate().isBefore(held.thisUpdate())) {
            throw new CrlRefusal(
                    CrlFault.OLDER,
                    "it is of " + list.thisUpdate() + " (expected: " + held.thisUpdate() + " or later)");
        }
    }
}
