package io.sallyport.tls.path;

import io.sallyport.config.tls.CrlFetchConfig;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.jspecify.annotations.Nullable;

/**
 * An address that a certificate of a trusted path names for the list of its issuer (RFC 5280 section 4.2.1.13).
 *
 * @param issuer of that certificate, whose list it has to be
 * @param anchor where the path ended
 */
public record DistributionPoint(URI url, X509Certificate issuer, X509Certificate anchor) {
    private static final String EXTENSION = "2.5.29.31";

    /** A certificate that lists more is not worth the requests. */
    private static final int MOST = 4;

    /** Those of all certificates of a path. Whatever cannot be read, or is no http, is left out. */
    public static Stream<DistributionPoint> of(List<X509Certificate> path) {
        X509Certificate anchor = path.get(path.size() - 1);
        Stream<DistributionPoint> all = Stream.empty();
        for (int i = 0; i + 1 < path.size(); i++) {
            X509Certificate issuer = path.get(i + 1);
            all = Stream.concat(all, urls(path.get(i)).map(url -> new DistributionPoint(url, issuer, anchor)));
        }
        return all;
    }

    private static Stream<URI> urls(X509Certificate certificate) {
        byte @Nullable [] extension = certificate.getExtensionValue(EXTENSION);
        if (extension == null) {
            return Stream.empty();
        }
        try {
            return Stream.of(CRLDistPoint.getInstance(
                                    ASN1OctetString.getInstance(extension).getOctets())
                            .getDistributionPoints())
                    // A list of some reasons alone does not cover, and another issuer's would not be its list.
                    .filter(point -> point.getReasons() == null && point.getCRLIssuer() == null)
                    .flatMap(point -> names(point))
                    .flatMap(DistributionPoint::url)
                    .limit(MOST)
                    .toList()
                    .stream();
        } catch (IllegalArgumentException e) {
            return Stream.empty();
        }
    }

    private static Stream<GeneralName> names(org.bouncycastle.asn1.x509.DistributionPoint point) {
        org.bouncycastle.asn1.x509.@Nullable DistributionPointName name = point.getDistributionPoint();
        return name == null || name.getType() != org.bouncycastle.asn1.x509.DistributionPointName.FULL_NAME
                ? Stream.empty()
                : Stream.of(Objects.requireNonNull(GeneralNames.getInstance(name.getName()))
                        .getNames());
    }

    private static Stream<URI> url(GeneralName name) {
        if (name.getTagNo() != GeneralName.uniformResourceIdentifier) {
            return Stream.empty();
        }
        try {
            return Stream.of(
                    CrlFetchConfig.url(ASN1IA5String.getInstance(name.getName()).getString()));
        } catch (IllegalArgumentException e) {
            return Stream.empty();
        }
    }
}
