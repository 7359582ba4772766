package io.sallyport.tls.source;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.Password;
import io.sallyport.tls.file.PemCertificates;
import io.sallyport.tls.file.SecretFile;
import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.material.RemoteKey;
import io.sallyport.tls.token.TokenName;
import io.sallyport.tls.token.Tokens;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A chain in a file, whose key stays in a token. What happens to the token shows when it signs, not here. */
final class TokenKeySource implements KeySource {
    private static final String CHAIN = "a PEM file with the certificate chain, leaf first";

    private final CertificateConfig.Pkcs11 config;
    private final Function<String, @Nullable String> environment;
    private final Tokens tokens;

    TokenKeySource(CertificateConfig.Pkcs11 config, Function<String, @Nullable String> environment, Tokens tokens) {
        this.config = config;
        this.environment = environment;
        this.tokens = tokens;
    }

    @Override
    public Set<Path> files() {
        Set<Path> files = new TreeSet<>(Set.of(config.chain()));
        if (config.pin() instanceof PasswordConfig.File pin) {
            files.add(pin.path());
        }
        return files;
    }

    @Override
    public List<KeyMaterial> read(Instant now, Findings findings) {
        Findings.About file = findings.about(config.where(), config.chain());
        if (config.pin() instanceof PasswordConfig.File pin) {
            SecretFile.warn(pin.path(), findings.about(config.where(), pin.path()));
        }
        try {
            List<X509Certificate> certificates = PemCertificates.read(config.chain(), CHAIN);
            X509Certificate leaf = certificates.get(0);
            KeyAlgorithm algorithm = KeyAlgorithm.of(leaf.getPublicKey());
            if (algorithm == KeyAlgorithm.ED25519) {
                throw new MaterialException("Ed25519 key in a token (expected: RSA or EC)");
            }
            RemoteKey key = tokens.key(
                    new TokenName(config.module(), config.token()),
                    config.key(),
                    () -> Password.read(config.pin(), environment),
                    leaf.getPublicKey());
            return List.of(KeyMaterialLoader.material(file.subject(), algorithm, key, leaf, certificates, now, file));
        } catch (MaterialException e) {
            file.problem(e);
            return List.of();
        }
    }
}
