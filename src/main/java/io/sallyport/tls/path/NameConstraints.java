package io.sallyport.tls.path;

import io.sallyport.tls.x509.DistinguishedName;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.jspecify.annotations.Nullable;

/**
 * The name constraints of one authority (RFC 5280 section 4.2.1.10): what the certificates below it may be named.
 *
 * <p>A trust anchor's count as an intermediate's do. What cannot be compared is refused.
 */
final class NameConstraints {
    /** A peer chooses its names, an authority its constraints: OpenSSL's bound on their product. */
    private static final long COMPARISONS = 1 << 20;

    private final List<GeneralName> permitted;
    private final List<GeneralName> excluded;

    private NameConstraints(List<GeneralName> permitted, List<GeneralName> excluded) {
        this.permitted = permitted;
        this.excluded = excluded;
    }

    /** Holds the names of every certificate of {@code path} against the constraints of all above it. */
    static void check(CertificationPath path) throws ClientCertificateException {
        List<X509Certificate> certificates = path.certificates();
        for (int above = certificates.size() - 1; above > 0; above--) {
            X509Certificate authority = certificates.get(above);
            byte @Nullable [] extension = authority.getExtensionValue(CertificateRules.NAME_CONSTRAINTS);
            if (extension == null) {
                continue;
            }
            NameConstraints constraints = read(authority, extension);
            for (int i = above - 1; i >= 0; i--) {
                X509Certificate certificate = certificates.get(i);
                if (i == 0 || !CertificationPath.isSelfIssued(certificate)) {
                    constraints.check(ConstrainedNames.of(certificate, i == 0), certificate, authority);
                }
            }
        }
    }

    /** Why the name constraints of {@code authority} let nobody in; null when they can be read or there are none. */
    static @Nullable String fault(X509Certificate authority) {
        byte @Nullable [] extension = authority.getExtensionValue(CertificateRules.NAME_CONSTRAINTS);
        try {
            if (extension != null) {
                read(extension);
            }
            return null;
        } catch (IllegalArgumentException e) {
            return "its name constraints cannot be read: " + e.getMessage();
        }
    }

    private static NameConstraints read(X509Certificate authority, byte[] extension) throws ClientCertificateException {
        try {
            return read(extension);
        } catch (IllegalArgumentException e) {
            throw ClientCertificateException.about(
                    authority,
                    ClientCertificateFailure.MALFORMED,
                    "its name constraints cannot be read: " + e.getMessage(),
                    e);
        }
    }

    private static NameConstraints read(byte[] extension) {
        var constraints = org.bouncycastle.asn1.x509.NameConstraints.getInstance(
                ASN1OctetString.getInstance(extension).getOctets());
        return new NameConstraints(bases(constraints.getPermittedSubtrees()), bases(constraints.getExcludedSubtrees()));
    }

    private static List<GeneralName> bases(GeneralSubtree @Nullable [] subtrees) {
        List<GeneralName> bases = new ArrayList<>();
        for (GeneralSubtree subtree : subtrees == null ? new GeneralSubtree[0] : subtrees) {
            if (subtree.getMinimum().signum() != 0 || subtree.getMaximum() != null) {
                throw new IllegalArgumentException("a subtree with a minimum or a maximum");
            }
            bases.add(NameSubtree.checked(subtree.getBase()));
        }
        return bases;
    }

    private void check(List<GeneralName> names, X509Certificate certificate, X509Certificate authority)
            throws ClientCertificateException {
        if ((long) names.size() * (permitted.size() + excluded.size()) > COMPARISONS) {
            throw refused(certificate, authority, "has too many names for the name constraints");
        }
        for (GeneralName name : names) {
            @Nullable String fault = fault(name);
            if (fault != null) {
                throw refused(certificate, authority, NameSubtree.display(name) + " " + fault);
            }
        }
    }

    private boolean speaksOf(int kind) {
        return permitted.stream().anyMatch(base -> base.getTagNo() == kind)
                || excluded.stream().anyMatch(base -> base.getTagNo() == kind);
    }

    private @Nullable String fault(GeneralName name) {
        if (!speaksOf(name.getTagNo())) {
            return null;
        }
        if (!NameSubtree.isComparable(name)) {
            return "cannot be compared with the name constraints";
        }
        if (excluded.stream().anyMatch(base -> NameSubtree.excludes(base, name))) {
            return "is excluded by the name constraints";
        }
        List<GeneralName> ofItsKind = permitted.stream()
                .filter(base -> base.getTagNo() == name.getTagNo())
                .toList();
        return ofItsKind.isEmpty() || ofItsKind.stream().anyMatch(base -> NameSubtree.permits(base, name))
                ? null
                : "is not permitted by the name constraints";
    }

    private static ClientCertificateException refused(
            X509Certificate certificate, X509Certificate authority, String detail) {
        return ClientCertificateException.about(
                certificate,
                ClientCertificateFailure.UNKNOWN_ISSUER,
                detail + " of " + DistinguishedName.display(authority.getSubjectX500Principal()));
    }
}
