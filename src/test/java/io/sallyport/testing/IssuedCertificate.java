package io.sallyport.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;

/** A private key with its certificate and the intermediates above it, without the root. */
public record IssuedCertificate(PrivateKey key, List<X509Certificate> chain) {

    public IssuedCertificate {
        chain = List.copyOf(chain);
    }

    public X509Certificate leaf() {
        return chain.get(0);
    }

    /** The same, with a signature on the leaf that does not verify. */
    public IssuedCertificate forged() {
        try {
            byte[] der = leaf().getEncoded();
            der[der.length - 1] ^= 1;
            List<X509Certificate> forged = new ArrayList<>(chain);
            forged.set(0, KeyKind.certificate(new X509CertificateHolder(der)));
            return new IssuedCertificate(key, forged);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public String chainPem() {
        return Pem.certificates(chain);
    }

    /** PKCS#8, not encrypted. */
    public String keyPem() {
        return Pem.block("PRIVATE KEY", key.getEncoded());
    }

    /** Writes {@code name.crt} (the chain) and {@code name.key} (PKCS#8, not encrypted) into {@code directory}. */
    public PemFiles writePem(Path directory, String name) {
        return new PemFiles(
                Pem.write(directory.resolve(name + ".crt"), chainPem()),
                Pem.write(directory.resolve(name + ".key"), keyPem()));
    }

    /** Writes a key store of {@code type} (PKCS12, JKS, JCEKS) with this one entry, the password on store and key. */
    public Path writeKeyStore(Path file, String type, String alias, String password) {
        return writeKeyStore(file, type, password, List.of(alias));
    }

    /** Writes a key store with this key under every one of {@code aliases}. */
    public Path writeKeyStore(Path file, String type, String password, List<String> aliases) {
        try (OutputStream out = Files.newOutputStream(file)) {
            KeyStore store = KeyStore.getInstance(type);
            store.load(null, null);
            for (String alias : aliases) {
                store.setKeyEntry(alias, key, password.toCharArray(), chain.toArray(new Certificate[0]));
            }
            store.store(out, password.toCharArray());
            return SecretFiles.closed(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
