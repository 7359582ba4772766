package io.sallyport.tls.context;

import io.netty.handler.ssl.OpenSslPrivateKeyMethod;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import javax.net.ssl.SSLEngine;

/**
 * Makes the signatures of one RSA key in a handshake with a JCA provider, on the thread that BoringSSL asks on. Safe for
 * use by any thread.
 */
final class CorrettoSigner implements OpenSslPrivateKeyMethod {
    private final Provider provider;
    private final PrivateKey key;

    private CorrettoSigner(Provider provider, PrivateKey key) {
        this.provider = provider;
        this.key = key;
    }

    /**
     * A signer.
     *
     * @throws GeneralSecurityException where the provider does not take the key
     */
    static CorrettoSigner of(Provider provider, PrivateKey key) throws GeneralSecurityException {
        // In the provider's own form, or it would parse the key for every signature (300 µs).
        return new CorrettoSigner(
                provider, (PrivateKey) KeyFactory.getInstance("RSA", provider).translateKey(key));
    }

    @Override
    public byte[] sign(SSLEngine engine, int scheme, byte[] input) throws GeneralSecurityException {
        return sign(scheme, input);
    }

    /** RFC 8446 section 4.2.3, and for TLS 1.2 RFC 5246 section 4.7. */
    byte[] sign(int scheme, byte[] input) throws GeneralSecurityException {
        Signature signature = signature(scheme);
        signature.initSign(key);
        signature.update(input);
        return signature.sign();
    }

    /** Only static RSA asks for it, which is never accelerated. */
    @Override
    public byte[] decrypt(SSLEngine engine, byte[] input) {
        throw new UnsupportedOperationException("static RSA");
    }

    private Signature signature(int scheme) throws GeneralSecurityException {
        if (scheme == SSL_SIGN_RSA_PSS_RSAE_SHA256) {
            return pss("SHA-256", MGF1ParameterSpec.SHA256, 32);
        }
        if (scheme == SSL_SIGN_RSA_PSS_RSAE_SHA384) {
            return pss("SHA-384", MGF1ParameterSpec.SHA384, 48);
        }
        if (scheme == SSL_SIGN_RSA_PSS_RSAE_SHA512) {
            return pss("SHA-512", MGF1ParameterSpec.SHA512, 64);
        }
        return Signature.getInstance(pkcs1(scheme), provider);
    }

    private static String pkcs1(int scheme) throws GeneralSecurityException {
        if (scheme == SSL_SIGN_RSA_PKCS1_SHA256) {
            return "SHA256withRSA";
        }
        if (scheme == SSL_SIGN_RSA_PKCS1_SHA384) {
            return "SHA384withRSA";
        }
        if (scheme == SSL_SIGN_RSA_PKCS1_SHA512) {
            return "SHA512withRSA";
        }
        if (scheme == SSL_SIGN_RSA_PKCS1_SHA1) {
            return "SHA1withRSA";
        }
        throw new GeneralSecurityException("signature scheme " + scheme);
    }

    private Signature pss(String hash, MGF1ParameterSpec mask, int salt) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("RSASSA-PSS", provider);
        signature.setParameter(new PSSParameterSpec(hash, "MGF1", mask, salt, PSSParameterSpec.TRAILER_FIELD_BC));
        return signature;
    }
}
