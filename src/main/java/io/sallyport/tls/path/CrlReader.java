package io.sallyport.tls.path;

import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.MaterialFile;
import io.sallyport.tls.file.PemBlock;
import io.sallyport.tls.x509.CertificateParser;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.util.ArrayList;
import java.util.List;

/** Reads revocation lists, PEM or DER. */
final class CrlReader {
    /** The largest public lists have some ten MiB. */
    private static final int LIMIT = 128 << 20;

    private static final String EXPECTED = "certificate revocation lists, PEM or DER";
    private static final String DELTA = "2.5.29.27";

    private CrlReader() {}

    /** @param name of the file, for messages and metrics */
    static List<Crl> read(Path file, String name) throws MaterialException {
        return read(MaterialFile.read(file, LIMIT, EXPECTED), name);
    }

    static List<Crl> read(byte[] content, String name) throws MaterialException {
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
}
