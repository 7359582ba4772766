package io.sallyport.tls.path;

import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.jspecify.annotations.Nullable;

/**
 * Which of its issuer's certificates a revocation list speaks of (RFC 5280 section 5.2.5).
 *
 * @param authorities whether of authorities
 * @param endEntities whether of all others
 * @param distributionPoints only of certificates that name one of these; empty: of all
 */
record CrlScope(boolean authorities, boolean endEntities, List<GeneralName> distributionPoints) {
    private static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    private static final String DISTRIBUTION_POINTS = "2.5.29.31";

    static final CrlScope ALL = new CrlScope(true, true, List.of());

    CrlScope {
        distributionPoints = List.copyOf(distributionPoints);
    }

    /** @throws IllegalArgumentException when the extension is damaged */
    static CrlScope of(X509CRL list) {
        byte @Nullable [] extension = list.getExtensionValue(ISSUING_DISTRIBUTION_POINT);
        if (extension == null) {
            return ALL;
        }
        IssuingDistributionPoint point = IssuingDistributionPoint.getInstance(
                ASN1OctetString.getInstance(extension).getOctets());
        boolean partial = point.getOnlySomeReasons() != null || point.onlyContainsAttributeCerts();
        return new CrlScope(
                !partial && !point.onlyContainsUserCerts(),
                !partial && !point.onlyContainsCACerts(),
                fullNames(point.getDistributionPoint()).toList());
    }

    boolean covers(X509Certificate certificate) {
        if (certificate.getBasicConstraints() >= 0 ? !authorities : !endEntities) {
            return false;
        }
        return distributionPoints.isEmpty() || named(certificate).anyMatch(distributionPoints::contains);
    }

    private static Stream<GeneralName> named(X509Certificate certificate) {
        byte @Nullable [] extension = certificate.getExtensionValue(DISTRIBUTION_POINTS);
        if (extension == null) {
            return Stream.empty();
        }
        try {
            CRLDistPoint points = CRLDistPoint.getInstance(
                    ASN1OctetString.getInstance(extension).getOctets());
            return Stream.of(points.getDistributionPoints())
                    .map(DistributionPoint::getDistributionPoint)
                    .flatMap(CrlScope::fullNames);
        } catch (IllegalArgumentException e) {
            return Stream.empty();
        }
    }

    private static Stream<GeneralName> fullNames(@Nullable DistributionPointName name) {
        return name == null || name.getType() != DistributionPointName.FULL_NAME
                ? Stream.empty()
                : Stream.of(Objects.requireNonNull(GeneralNames.getInstance(name.getName()))
                        .getNames());
    }
}
