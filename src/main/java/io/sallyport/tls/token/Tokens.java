package io.sallyport.tls.token;

import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.material.RemoteKey;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The tokens that were asked for, each once: whatever is reloaded, a PIN that one has refused is not tried again. */
public final class Tokens {
    private static final byte[] MESSAGE = {'s', 'a', 'l', 'l', 'y', 'p', 'o', 'r', 't'};

    private final Token.Loader loader;
    private final Map<Name, Known> tokens = new ConcurrentHashMap<>();

    private record Name(Path module, String label) {}

    private record Known(Token token, SigningThreads threads) {}

    /** Reads the PIN, anew for each login. */
    public interface Pin extends Token.Pin {}

    public Tokens() {
        this(JdkCryptoki::load);
    }

    Tokens(Token.Loader loader) {
        this.loader = loader;
    }

    /**
     * The private key of a certificate, which has proved to be that. Blocks, for seconds at the most.
     *
     * @param label of the key
     * @param certified the certificate's key, EC or RSA
     * @throws MaterialException when the token has no such key, does not sign with it, or it is another
     */
    public RemoteKey key(Path module, String token, String label, Pin pin, PublicKey certified)
            throws MaterialException {
        Known known = tokens.computeIfAbsent(new Name(module, token), name -> {
            Token fresh = new Token(name.module, name.label, loader);
            return new Known(fresh, new SigningThreads(fresh.toString()));
        });
        boolean ec = certified instanceof ECKey;
        TokenKey key = new TokenKey(known.token, known.threads, pin, label, ec ? "EC" : "RSA");
        if (ec) {
            prove(key, 0x0403, "SHA256withECDSA", null, certified);
        } else {
            prove(key, 0x0401, "SHA256withRSA", null, certified);
            // TLS 1.3 has no other with RSA keys, and not every token can.
            prove(
                    key,
                    0x0804,
                    "RSASSA-PSS",
                    new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1),
                    certified);
        }
        return key;
    }

    private static void prove(
            TokenKey key,
            int scheme,
            String algorithm,
            @Nullable AlgorithmParameterSpec parameters,
            PublicKey certified)
            throws MaterialException {
        byte[] signature = signature(key, scheme);
        try {
            Signature verifier = Signature.getInstance(algorithm);
            if (parameters != null) {
                verifier.setParameter(parameters);
            }
            verifier.initVerify(KeyFactory.getInstance(key.getAlgorithm())
                    .generatePublic(new X509EncodedKeySpec(certified.getEncoded())));
            verifier.update(MESSAGE);
            if (verifier.verify(signature)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            // What it made is no signature.
        }
        throw new MaterialException(
                "the private key is not the certificate's: " + key + " (expected: the key that it was issued for)");
    }

    private static byte[] signature(TokenKey key, int scheme) throws MaterialException {
        try {
            return key.sign(scheme, MESSAGE).join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String words = cause instanceof TokenException told
                    ? told.words()
                    : cause instanceof TimeoutException ? "the token does not answer" : cause.toString();
            throw new MaterialException(key + ": " + words);
        }
    }
}
