package io.sallyport.tls.material;

import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.jspecify.annotations.Nullable;

/**
 * What an OCSP response that came with a handshake says of the first certificate that it is about (RFC 6960). Its signature
 * is not checked.
 *
 * @param serial of that certificate
 * @param nextUpdate null when it does not say
 */
public record StapledResponse(
        Status status,
        BigInteger serial,
        Instant thisUpdate,
        @Nullable Instant nextUpdate) {

    /** RFC 6960 section 2.2. */
    public enum Status {
        GOOD,
        REVOKED,
        UNKNOWN
    }

    /** Reads a response; empty when it is no successful one or cannot be read. */
    public static Optional<StapledResponse> read(byte[] der) {
        try {
            OCSPResp response = new OCSPResp(der);
            if (response.getStatus() != OCSPResp.SUCCESSFUL
                    || !(response.getResponseObject() instanceof BasicOCSPResp basic)
                    || basic.getResponses().length == 0) {
                return Optional.empty();
            }
            SingleResp single = basic.getResponses()[0];
            return Optional.of(new StapledResponse(
                    status(single.getCertStatus()),
                    single.getCertID().getSerialNumber(),
                    single.getThisUpdate().toInstant(),
                    single.getNextUpdate() == null
                            ? null
                            : single.getNextUpdate().toInstant()));
        } catch (IOException | OCSPException | RuntimeException e) {
            // Whatever a server staples, Bouncy Castle answers damage with many kinds of exceptions.
            return Optional.empty();
        }
    }

    private static Status status(@Nullable CertificateStatus status) {
        if (status == CertificateStatus.GOOD) {
            return Status.GOOD;
        }
        return status instanceof RevokedStatus ? Status.REVOKED : Status.UNKNOWN;
    }
}
