package io.sallyport.tls.token;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;

/**
 * A signature scheme of TLS (RFC 8446 section 4.2.3) as a token makes it: it gets the hash, and gives an ECDSA signature in
 * another form.
 */
record TokenScheme(String hash, Mechanism mechanism) {
    private static final String MD5_SHA1 = "MD5, SHA-1";

    private static final Map<Integer, TokenScheme> BY_CODE = Map.ofEntries(
            Map.entry(0x0201, new TokenScheme("SHA-1", Mechanism.RSA_PKCS1)),
            Map.entry(0x0401, new TokenScheme("SHA-256", Mechanism.RSA_PKCS1)),
            Map.entry(0x0501, new TokenScheme("SHA-384", Mechanism.RSA_PKCS1)),
            Map.entry(0x0601, new TokenScheme("SHA-512", Mechanism.RSA_PKCS1)),
            Map.entry(0xff01, new TokenScheme(MD5_SHA1, Mechanism.RSA_PKCS1)),
            Map.entry(0x0804, new TokenScheme("SHA-256", Mechanism.pss("SHA-256", 32))),
            Map.entry(0x0805, new TokenScheme("SHA-384", Mechanism.pss("SHA-384", 48))),
            Map.entry(0x0806, new TokenScheme("SHA-512", Mechanism.pss("SHA-512", 64))),
            Map.entry(0x0203, new TokenScheme("SHA-1", Mechanism.ECDSA)),
            Map.entry(0x0403, new TokenScheme("SHA-256", Mechanism.ECDSA)),
            Map.entry(0x0503, new TokenScheme("SHA-384", Mechanism.ECDSA)),
            Map.entry(0x0603, new TokenScheme("SHA-512", Mechanism.ECDSA)));

    private static final Map<String, ASN1ObjectIdentifier> HASHES = Map.of(
            "SHA-1", OIWObjectIdentifiers.idSHA1,
            "SHA-256", NISTObjectIdentifiers.id_sha256,
            "SHA-384", NISTObjectIdentifiers.id_sha384,
            "SHA-512", NISTObjectIdentifiers.id_sha512);

    static Optional<TokenScheme> of(int code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }

    /** What the token is given to sign. */
    byte[] prepared(byte[] input) throws GeneralSecurityException, IOException {
        if (hash.equals(MD5_SHA1)) {
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.write(MessageDigest.getInstance("MD5").digest(input));
            both.write(MessageDigest.getInstance("SHA-1").digest(input));
            return both.toByteArray();
        }
        byte[] digest = MessageDigest.getInstance(hash).digest(input);
        return mechanism.equals(Mechanism.RSA_PKCS1)
                ? new DigestInfo(new AlgorithmIdentifier(HASHES.get(hash), DERNull.INSTANCE), digest).getEncoded()
                : digest;
    }

    /** What the token gave, as TLS has it: an ECDSA signature is two numbers of the same length there, and a sequence here. */
    byte[] finished(byte[] signature) throws IOException {
        if (!mechanism.equals(Mechanism.ECDSA)) {
            return signature;
        }
        int half = signature.length / 2;
        return new DERSequence(new ASN1Encodable[] {
                    new ASN1Integer(new BigInteger(1, Arrays.copyOf(signature, half))),
                    new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(signature, half, signature.length)))
                })
                .getEncoded();
    }
}
