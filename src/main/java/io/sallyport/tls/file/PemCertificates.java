package io.sallyport.tls.file;

import io.sallyport.tls.x509.CertificateParser;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** The certificates of a PEM file. */
public final class PemCertificates {
    /** A bundle of every public authority is below 1 MiB. */
    private static final int LIMIT = 16 << 20;

    private PemCertificates() {}

    /**
     * Reads all certificates of {@code file}, at least one, in the order of the file. Other blocks are passed over.
     *
     * @param expected what the file is to be, for messages
     */
    public static List<X509Certificate> read(Path file, String expected) throws MaterialException {
        byte[] content = MaterialFile.read(file, LIMIT, expected);
        if (content.length == 0) {
            throw new MaterialException("is empty (expected: " + expected + ")");
        }
        List<PemBlock> blocks = PemBlock.split(content);
        List<X509Certificate> certificates = new ArrayList<>();
        for (PemBlock block : blocks) {
            if (block.isCertificate()) {
                certificates.add(certificate(block));
            }
        }
        if (certificates.isEmpty()) {
            throw new MaterialException(
                    "no certificate in the file (" + PemBlock.found(content, blocks) + "; expected: " + expected + ")");
        }
        return certificates;
    }

    private static X509Certificate certificate(PemBlock block) throws MaterialException {
        byte[] der = block.der();
        try {
            return CertificateParser.parse(der);
        } catch (CertificateException e) {
            throw new MaterialException(
                    block.line(),
                    "not a certificate: " + e.getMessage() + " (expected: an undamaged X.509 certificate)");
        }
    }
}
