package io.sallyport.tls.source;

import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.MaterialFile;
import io.sallyport.tls.file.Password;
import io.sallyport.tls.x509.BouncyCastle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStore.PrivateKeyEntry;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The private key entry of a PKCS#12 (RFC 7292), JKS or JCEKS key store: told apart by content, not by name. */
final class KeyStoreFile {
    private static final int LIMIT = 16 << 20;
    private static final String EXPECTED = "a PKCS#12, JKS or JCEKS key store";

    private KeyStoreFile() {}

    /** A private key with the certificates that stand beside it, leaf first. */
    record Entry(String alias, PrivateKey key, List<X509Certificate> certificates) {}

    /** @param alias which entry; null where there is only one */
    static Entry read(Path file, @Nullable String alias, Password password) throws MaterialException {
        byte[] content = MaterialFile.read(file, LIMIT, EXPECTED);
        if (content.length == 0) {
            throw new MaterialException("is empty (expected: " + EXPECTED + ")");
        }
        String type = type(content);
        try {
            return type.equals("PKCS12") ? pkcs12(content, alias, password) : java(type, content, alias, password);
        } catch (GeneralSecurityException e) {
            throw damaged(type, e);
        }
    }

    /**
     * By the JDK, else by Bouncy Castle: the JDK has no certificate without an issuer, no key that is not encrypted
     * ({@code openssl pkcs12 -keypbe NONE}), and up to some version no password outside ASCII.
     */
    private static Entry pkcs12(byte[] content, @Nullable String alias, Password password)
            throws GeneralSecurityException, MaterialException {
        try {
            KeyStore store = load(content, KeyStore.getInstance("PKCS12"), password.chars());
            if (!privateKeys(store).isEmpty()) {
                return entry(store, choose(store, alias), password.chars());
            }
        } catch (IOException | UnrecoverableKeyException e) {
            // Bouncy Castle says what is wrong, if anything is.
        }
        return opened(content, () -> KeyStore.getInstance("PKCS12", BouncyCastle.provider()), alias, password);
    }

    private static Entry java(String type, byte[] content, @Nullable String alias, Password password)
            throws GeneralSecurityException, MaterialException {
        return opened(content, () -> KeyStore.getInstance(type), alias, password);
    }

    private interface Stores {
        KeyStore create() throws GeneralSecurityException;
    }

    private static Entry opened(byte[] content, Stores stores, @Nullable String alias, Password password)
            throws GeneralSecurityException, MaterialException {
        @Nullable MaterialException first = null;
        for (char[] chars : password.spellings()) {
            KeyStore store = stores.create();
            try {
                load(content, store, chars);
            } catch (IOException e) {
                first = first == null ? unreadable(store, e, password) : first;
                continue;
            }
            String chosen = choose(store, alias);
            try {
                return entry(store, chosen, chars);
            } catch (UnrecoverableKeyException e) {
                throw otherPassword(store, chosen, password);
            }
        }
        throw Objects.requireNonNull(first);
    }

    private static String type(byte[] content) throws MaterialException {
        int magic =
                content.length < Integer.BYTES ? 0 : ByteBuffer.wrap(content).getInt();
        if (magic == 0xfeedfeed) {
            return "JKS";
        }
        if (magic == 0xcececece) {
            return "JCEKS";
        }
        // An ASN.1 SEQUENCE with a long or indefinite length.
        if (magic >>> 24 == 0x30 && (magic & 0x00800000) != 0) {
            return "PKCS12";
        }
        String found = new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")
                ? "PEM (expected: chain and key instead of keystore)"
                : "neither PKCS#12 nor JKS nor JCEKS (expected: " + EXPECTED + ")";
        throw new MaterialException(found);
    }

    private static KeyStore load(byte[] content, KeyStore store, char[] password)
            throws GeneralSecurityException, IOException {
        try {
            store.load(new ByteArrayInputStream(content), password);
            return store;
        } catch (RuntimeException e) {
            // Bouncy Castle's way to tell of some damaged ASN.1.
            throw new IOException(e);
        }
    }

    private static List<String> privateKeys(KeyStore store) throws GeneralSecurityException {
        List<String> keys = new ArrayList<>();
        for (String candidate : Collections.list(store.aliases())) {
            if (store.entryInstanceOf(candidate, PrivateKeyEntry.class)) {
                keys.add(candidate);
            }
        }
        Collections.sort(keys);
        return keys;
    }

    private static String choose(KeyStore store, @Nullable String alias)
            throws GeneralSecurityException, MaterialException {
        List<String> keys = privateKeys(store);
        if (alias != null) {
            if (!store.containsAlias(alias) || !store.entryInstanceOf(alias, PrivateKeyEntry.class)) {
                throw new MaterialException(
                        "no private key under alias \"" + alias + "\" (expected: " + oneOf(keys) + ")");
            }
            return alias;
        }
        if (keys.size() != 1) {
            throw new MaterialException(
                    keys.isEmpty()
                            ? "no private key in the key store (expected: one)"
                            : keys.size() + " private keys in the key store (expected: alias, " + oneOf(keys) + ")");
        }
        return keys.get(0);
    }

    private static String oneOf(List<String> keys) {
        return keys.isEmpty() ? "a key store with a private key" : "one of " + String.join(", ", keys);
    }

    private static Entry entry(KeyStore store, String alias, char[] password)
            throws GeneralSecurityException, MaterialException {
        PrivateKey key = key(store, alias, password);
        Certificate @Nullable [] chain = store.getCertificateChain(alias);
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate certificate : chain == null ? new Certificate[0] : chain) {
            if (certificate instanceof X509Certificate x509) {
                certificates.add(x509);
            }
        }
        if (certificates.isEmpty()) {
            throw new MaterialException(
                    "no certificate for the key \"" + alias + "\" (expected: its chain in the store)");
        }
        return new Entry(alias, key, certificates);
    }

    private static PrivateKey key(KeyStore store, String alias, char[] password)
            throws GeneralSecurityException, MaterialException {
        if (store.getKey(alias, password) instanceof PrivateKey key) {
            return key;
        }
        throw new MaterialException("no private key under alias \"" + alias + "\"");
    }

    private static MaterialException otherPassword(KeyStore store, String alias, Password password) {
        if (store.getType().equals("JCEKS") && !password.isAscii()) {
            return new MaterialException("the key \"" + alias + "\" has another password than the store, or Java "
                    + Runtime.version().feature() + " cannot read a JCEKS key with one outside ASCII"
                    + " (expected: one password for both; PKCS#12 takes any)");
        }
        return new MaterialException(
                "the key \"" + alias + "\" has another password than the store (expected: one for both)");
    }

    private static MaterialException unreadable(KeyStore store, IOException e, Password password) {
        if (!(e.getCause() instanceof UnrecoverableKeyException)) {
            return damaged(store.getType(), e);
        }
        return new MaterialException(
                password.isGiven()
                        ? "wrong password (expected: the one that the key store is protected with)"
                        : "the key store is protected (expected: password-file or password-env with its password)");
    }

    private static MaterialException damaged(String type, Exception e) {
        return new MaterialException(
                "not readable as " + type + ": " + e.getMessage() + " (expected: an undamaged key store)");
    }
}
