package io.sallyport.tls.material;

import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.MaterialFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** OCSP responses from files (RFC 6960), each to be stapled to the certificate that it is about (RFC 6066 section 8). */
public final class OcspResponses {
    private static final int LIMIT = 64 << 10;
    private static final String EXPECTED = "an OCSP response in DER";

    private final List<Response> responses;

    private record Response(OCSPResp whole, CertificateID about, Findings.About file) {}

    private OcspResponses(List<Response> responses) {
        this.responses = responses;
    }

    public static OcspResponses none() {
        return new OcspResponses(List.of());
    }

    /**
     * Reads the files. Blocks; what cannot be read is missing in the result, and a problem in {@code findings}.
     *
     * @param keys the certificates that the responses should be about
     */
    public static OcspResponses load(
            List<Path> files, List<KeyMaterial> keys, String where, Instant now, Findings findings) {
        List<Response> responses = new ArrayList<>();
        for (Path path : files) {
            Findings.About file = findings.about(where, path);
            try {
                responses.add(read(MaterialFile.read(path, LIMIT, EXPECTED), now, file));
            } catch (MaterialException e) {
                file.problem(e);
            }
        }
        OcspResponses all = new OcspResponses(responses);
        Set<Response> used = new HashSet<>();
        keys.forEach(key -> all.find(key.chain()).ifPresent(used::add));
        responses.stream()
                .filter(response -> !used.contains(response))
                .forEach(response ->
                        response.file().problem("is about none of the certificates (expected: serial of one)"));
        return all;
    }

    /** The response for the leaf of {@code chain}, DER. */
    public Optional<byte[]> stapledTo(List<X509Certificate> chain) {
        return find(chain).map(response -> encoded(response.whole()));
    }

    private static byte[] encoded(OCSPResp response) {
        try {
            return response.getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Response> find(List<X509Certificate> chain) {
        if (responses.isEmpty()) {
            return Optional.empty();
        }
        return responses.stream()
                .filter(response -> isAbout(response.about(), chain))
                .findFirst();
    }

    private static boolean isAbout(CertificateID id, List<X509Certificate> chain) {
        BigInteger serial = chain.get(0).getSerialNumber();
        if (!id.getSerialNumber().equals(serial)) {
            return false;
        }
        if (chain.size() < 2) {
            return true;
        }
        try {
            return id.matchesIssuer(
                    new JcaX509CertificateHolder(chain.get(1)), new JcaDigestCalculatorProviderBuilder().build());
        } catch (OCSPException | OperatorCreationException | CertificateEncodingException e) {
            return false;
        }
    }

    private static Response read(byte[] der, Instant now, Findings.About file) throws MaterialException {
        try {
            OCSPResp response = new OCSPResp(der);
            if (response.getStatus() != OCSPResp.SUCCESSFUL
                    || !(response.getResponseObject() instanceof BasicOCSPResp basic)) {
                throw new MaterialException("the responder refused, status " + response.getStatus() + " (expected: "
                        + EXPECTED + " with status successful)");
            }
            if (basic.getResponses().length != 1) {
                throw new MaterialException(
                        basic.getResponses().length + " single responses (expected: " + EXPECTED + " with one)");
            }
            SingleResp single = basic.getResponses()[0];
            if (single.getCertStatus() != CertificateStatus.GOOD) {
                file.warning("says that the certificate is not good: clients that look will refuse it");
            }
            if (single.getNextUpdate() != null
                    && single.getNextUpdate().toInstant().isBefore(now)) {
                file.warning(
                        "was to be replaced by " + single.getNextUpdate().toInstant() + ": clients will ignore it");
            }
            return new Response(response, single.getCertID(), file);
        } catch (IOException | OCSPException | RuntimeException e) {
            throw new MaterialException("not readable as such (expected: " + EXPECTED + ")");
        }
    }
}
