package io.sallyport.tls.source;

import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.Password;
import io.sallyport.tls.file.PemBlock;
import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.x509.BouncyCastle;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.bc.BcPEMDecryptorProvider;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.operator.InputDecryptorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/**
 * Turns the forms of a private key that the JDK does not read into PKCS#8.
 *
 * <p>A class of its own, for a plain PKCS#8 key must not load it: Bouncy Castle's classes cost a start more than all the
 * rest of the loading. Its provider is never registered.
 */
final class OtherKeyForms {
    /** What a person calls the keys that are not taken, by object identifier. */
    private static final Map<String, String> UNSUPPORTED = Map.of(
            "1.2.840.10040.4.1", "DSA",
            "1.2.840.10045.2.1", "EC (explicit parameters)",
            "1.2.840.113549.1.1.10", "RSA-PSS",
            "1.2.840.113549.1.3.1", "DH",
            "1.3.101.110", "X25519",
            "1.3.101.111", "X448",
            "1.3.101.113", "Ed448");

    /** Of a key in PKCS#1 (RFC 8017 appendix A.1.2); one for DSA has six. */
    private static final int RSA_FIELDS = 9;

    private OtherKeyForms() {}

    /** Says what the key is that the JDK did not take. */
    static MaterialException notTaken(int line, byte[] der) {
        try {
            AlgorithmIdentifier algorithm = PrivateKeyInfo.getInstance(der).getPrivateKeyAlgorithm();
            String identifier = algorithm.getAlgorithm().getId();
            if (algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
                    && algorithm.getParameters() instanceof ASN1ObjectIdentifier curve) {
                return KeyAlgorithm.unsupported("EC key on curve " + curve.getId());
            }
            if (!algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption)) {
                return KeyAlgorithm.unsupported(UNSUPPORTED.getOrDefault(identifier, identifier) + " key");
            }
        } catch (IllegalArgumentException e) {
            // Not PKCS#8 at all.
        }
        return new MaterialException(line, "not a private key (expected: an undamaged key; " + KeyAlgorithm.RULE + ")");
    }

    /** PKCS#1, SEC1 and encrypted PKCS#8, told apart by their first fields, as plain PKCS#8. */
    static byte[] pkcs8(PemBlock block, byte[] der, Password password) throws MaterialException {
        try {
            ASN1Sequence fields = ASN1Sequence.getInstance(der);
            ASN1Encodable first = fields.size() < 2 ? fields : fields.getObjectAt(0);
            ASN1Encodable second = fields.size() < 2 ? fields : fields.getObjectAt(1);
            if (first instanceof ASN1Sequence && second instanceof ASN1OctetString) {
                return decrypted(block, new PKCS8EncryptedPrivateKeyInfo(der), password);
            }
            if (first instanceof ASN1Integer && second instanceof ASN1Integer && fields.size() >= RSA_FIELDS) {
                AlgorithmIdentifier rsa =
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
                return new PrivateKeyInfo(rsa, RSAPrivateKey.getInstance(fields)).getEncoded();
            }
            if (first instanceof ASN1Integer && second instanceof ASN1OctetString) {
                ECPrivateKey key = ECPrivateKey.getInstance(fields);
                AlgorithmIdentifier ec =
                        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject());
                return new PrivateKeyInfo(ec, key).getEncoded();
            }
            return der;
        } catch (IOException | IllegalArgumentException e) {
            throw new MaterialException(
                    block.line(), "not a private key (expected: an undamaged " + block.label() + ")");
        }
    }

    /** PKCS#1 and SEC1 in OpenSSL's own encrypted form (RFC 1421), as PKCS#8. */
    static byte[] legacyDecrypted(PemBlock block, Password password) throws MaterialException {
        try (PEMParser parser = new PEMParser(new StringReader(block.text()))) {
            if (parser.readObject() instanceof PEMEncryptedKeyPair encrypted) {
                return encrypted
                        .decryptKeyPair(new BcPEMDecryptorProvider(password.byteChars()))
                        .getPrivateKeyInfo()
                        .getEncoded();
            }
            throw new MaterialException(
                    block.line(), "not a private key (expected: an undamaged " + block.label() + ")");
        } catch (IOException | IllegalArgumentException e) {
            throw wrongPassword(block, password);
        }
    }

    private static byte[] decrypted(PemBlock block, PKCS8EncryptedPrivateKeyInfo info, Password password)
            throws MaterialException {
        for (char[] chars : password.spellings()) {
            try {
                return info.decryptPrivateKeyInfo(decryptor(chars)).getEncoded();
            } catch (PKCSException | IOException | IllegalArgumentException e) {
                // The next spelling, if the password has several.
            }
        }
        throw wrongPassword(block, password);
    }

    private static InputDecryptorProvider decryptor(char[] password) {
        try {
            // The JDK alone has neither scrypt (RFC 7914) nor a name for the padding that Bouncy Castle asks for.
            return new JceOpenSSLPKCS8DecryptorProviderBuilder()
                    .setProvider(BouncyCastle.provider())
                    .build(password);
        } catch (OperatorCreationException e) {
            throw new IllegalStateException("Bouncy Castle does not know itself", e);
        }
    }

    private static MaterialException wrongPassword(PemBlock block, Password password) {
        return new MaterialException(
                block.line(),
                password.isGiven()
                        ? "wrong password (expected: the one that the key is encrypted with)"
                        : "the key is encrypted (expected: password-file or password-env with its password)");
    }
}
