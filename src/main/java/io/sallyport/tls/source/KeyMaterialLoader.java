package io.sallyport.tls.source;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.Password;
import io.sallyport.tls.file.PemCertificates;
import io.sallyport.tls.file.SecretFile;
import io.sallyport.tls.file.Validity;
import io.sallyport.tls.material.BoringSslPair;
import io.sallyport.tls.material.CertificateChain;
import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.material.KeyProof;
import io.sallyport.tls.material.ServerNames;
import io.sallyport.tls.x509.DistinguishedName;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads a private key and its certificate chain and checks that they belong together. */
public final class KeyMaterialLoader {
    private static final String CHAIN = "a PEM file with the certificate chain, leaf first";
    private static final String AUTHORITY_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1";

    private final Function<String, @Nullable String> environment;
    private final Instant now;

    /**
     * @param environment the value of an environment variable, null when it is not set
     * @param now what validity is judged by
     */
    public KeyMaterialLoader(Function<String, @Nullable String> environment, Instant now) {
        this.environment = environment;
        this.now = now;
    }

    /** Reads what {@code config} names. Blocks; empty when {@code findings} got a problem. */
    public Optional<KeyMaterial> load(CertificateConfig config, Findings findings) {
        @Nullable Password password = password(config, findings);
        if (config instanceof CertificateConfig.Keystore store) {
            return fromKeyStore(store, password, findings);
        }
        return fromPem((CertificateConfig.Pem) config, password, findings);
    }

    private @Nullable Password password(CertificateConfig config, Findings findings) {
        try {
            if (config.password() instanceof PasswordConfig.File file) {
                SecretFile.warn(file.path(), findings.about(config.where(), file.path()));
            }
            return Password.read(config.password(), environment);
        } catch (MaterialException e) {
            Path file = config.password() instanceof PasswordConfig.File passwordFile
                    ? passwordFile.path()
                    : config instanceof CertificateConfig.Pem pem
                            ? pem.chain()
                            : ((CertificateConfig.Keystore) config).keystore();
            findings.about(config.where(), file).problem(e);
            return null;
        }
    }

    private Optional<KeyMaterial> fromKeyStore(
            CertificateConfig.Keystore config, @Nullable Password password, Findings findings) {
        Findings.About file = findings.about(config.where(), config.keystore());
        SecretFile.warn(config.keystore(), file);
        if (password == null) {
            return Optional.empty();
        }
        try {
            KeyStoreFile.Entry entry = KeyStoreFile.read(config.keystore(), config.alias(), password);
            String name = config.alias() == null ? file.subject() : file.subject() + "#" + entry.alias();
            return Optional.of(checked(name, entry.key(), entry.certificates(), file, file));
        } catch (MaterialException e) {
            file.problem(e);
            return Optional.empty();
        }
    }

    private Optional<KeyMaterial> fromPem(
            CertificateConfig.Pem config, @Nullable Password password, Findings findings) {
        Findings.About chainFile = findings.about(config.where(), config.chain());
        Findings.About keyFile = findings.about(config.where(), config.key());
        SecretFile.warn(config.key(), keyFile);
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            certificates.addAll(PemCertificates.read(config.chain(), CHAIN));
        } catch (MaterialException e) {
            chainFile.problem(e);
        }
        if (password == null) {
            return Optional.empty();
        }
        try {
            PrivateKey key = PrivateKeyFile.read(config.key(), password);
            if (certificates.isEmpty()) {
                KeyAlgorithm.of(key);
                return Optional.empty();
            }
            return Optional.of(checked(chainFile.subject(), key, certificates, keyFile, chainFile));
        } catch (MaterialException e) {
            keyFile.problem(e);
            return Optional.empty();
        }
    }

    private KeyMaterial checked(
            String name,
            PrivateKey key,
            List<X509Certificate> certificates,
            Findings.About keyFile,
            Findings.About chainFile)
            throws MaterialException {
        KeyAlgorithm algorithm = KeyAlgorithm.of(key);
        for (X509Certificate certificate : certificates) {
            if (BoringSslPair.isTaken(key, certificate)) {
                return material(name, algorithm, key, certificate, certificates, now, chainFile);
            }
        }
        throw refusal(algorithm, key, certificates, keyFile, chainFile);
    }

    /** Why none of the certificates goes with the key. */
    private static MaterialException refusal(
            KeyAlgorithm algorithm,
            PrivateKey key,
            List<X509Certificate> certificates,
            Findings.About keyFile,
            Findings.About chainFile)
            throws MaterialException {
        KeyProof proof = KeyProof.of(algorithm, key);
        return certificates.stream()
                .filter(certificate -> proof.matches(certificate.getPublicKey()))
                .findFirst()
                .map(certificate -> new MaterialException("BoringSSL refuses the private key with the certificate of "
                        + subject(certificate) + ": " + BoringSslPair.refusal(key, certificate)
                        + " (expected: an undamaged key, and a certificate that is for signatures)"))
                .orElseGet(() -> mismatch(certificates.get(0), keyFile, chainFile));
    }

    /** A key that has proved to be the leaf's, with its chain in order. */
    static KeyMaterial material(
            String name,
            KeyAlgorithm algorithm,
            PrivateKey key,
            X509Certificate leaf,
            List<X509Certificate> certificates,
            Instant now,
            Findings.About chainFile) {
        CertificateChain chain = CertificateChain.ofIdentifiers(leaf, certificates);
        warnOfOrder(chain, chainFile);
        warnOfMissing(chain, chainFile);
        Validity.warn(chain.ordered(), now, chainFile);
        List<String> names = serverNames(leaf, chainFile);
        return new KeyMaterial(name, algorithm, key, chain.ordered(), names);
    }

    private static MaterialException mismatch(X509Certificate first, Findings.About keyFile, Findings.About chainFile) {
        String expected = " (expected: the key of " + subject(first) + ")";
        return keyFile.subject().equals(chainFile.subject())
                ? new MaterialException("the private key does not match a certificate in this file" + expected)
                : new MaterialException(
                        "private key does not match the certificate in " + chainFile.subject() + expected);
    }

    private static void warnOfOrder(CertificateChain chain, Findings.About file) {
        if (chain.repaired()) {
            file.warning("the chain is not in order; it is sent as "
                    + String.join(
                            " < ",
                            chain.ordered().stream()
                                    .map(KeyMaterialLoader::subject)
                                    .toList())
                    + " (expected: leaf first, each issued by the next)");
        }
        for (X509Certificate certificate : chain.unverifiable()) {
            file.note("the signature of " + subject(certificate) + " is of a kind that cannot be checked here ("
                    + certificate.getSigAlgName() + "): sent as the file has it");
        }
        for (X509Certificate certificate : chain.leftOut()) {
            file.warning(
                    (chain.ordered().contains(certificate) ? "listed twice: " : "not part of the chain, left out: ")
                            + subject(certificate) + " (expected: the leaf and its issuers)");
        }
    }

    /**
     * A chain that ends in an intermediate is what everyone sends, the root being with the client. A leaf alone is
     * whole only if a root issued it: a public authority, which says where its issuer can be fetched (RFC 5280 section
     * 4.2.2.1), never does that; a private one may, and nothing in the leaf tells.
     */
    private static void warnOfMissing(CertificateChain chain, Findings.About file) {
        X509Certificate leaf = chain.last();
        if (chain.ordered().size() > 1 || CertificateChain.namesItself(leaf)) {
            return;
        }
        String issuer = DistinguishedName.display(leaf.getIssuerX500Principal());
        if (leaf.getExtensionValue(AUTHORITY_INFORMATION_ACCESS) != null) {
            file.warning("the intermediate certificate " + issuer
                    + " is missing (expected: it follows the leaf; most clients refuse the chain without it)");
        } else {
            file.note("the chain is a leaf alone, issued by " + issuer
                    + ": if that is not a root that clients trust, its certificate is missing here");
        }
    }

    private static List<String> serverNames(X509Certificate leaf, Findings.About file) {
        try {
            return ServerNames.of(leaf);
        } catch (CertificateParsingException e) {
            file.warning("the names of " + subject(leaf) + " cannot be read: " + e.getMessage()
                    + " (expected: DNS names and addresses; without them no server name finds this certificate)");
            return List.of();
        }
    }

    private static String subject(X509Certificate certificate) {
        String subject = DistinguishedName.display(certificate.getSubjectX500Principal());
        return subject.isEmpty() ? "the certificate without a subject, serial " + serial(certificate) : subject;
    }

    private static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }
}
