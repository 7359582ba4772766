package io.sallyport.tls.token;

import io.sallyport.tls.material.RemoteKey;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A private key in a token. */
final class TokenKey implements RemoteKey {
    private static final long serialVersionUID = 1L;

    private final transient Token token;
    private final transient SigningThreads threads;
    private final transient Token.Pin pin;
    private final String label;
    private final String algorithm;

    /** @param algorithm EC or RSA */
    TokenKey(Token token, SigningThreads threads, Token.Pin pin, String label, String algorithm) {
        this.token = token;
        this.threads = threads;
        this.pin = pin;
        this.label = label;
        this.algorithm = algorithm;
    }

    @Override
    public CompletableFuture<byte[]> sign(int scheme, byte[] input) {
        return threads.sign(() -> signed(scheme, input));
    }

    /** As {@link #sign}, where nobody waits for it: what comes of it shows in the token's status. */
    void tryOut(int scheme, byte[] input) {
        threads.tryOut(() -> signed(scheme, input));
    }

    private byte[] signed(int scheme, byte[] input) throws TokenException {
        TokenScheme how = TokenScheme.of(scheme)
                .orElseThrow(() -> new TokenException("signature scheme " + Integer.toHexString(scheme)));
        try {
            return how.finished(token.sign(pin, label, type(), how.mechanism(), how.prepared(input)));
        } catch (GeneralSecurityException | IOException e) {
            throw new TokenException(e.toString());
        }
    }

    /** CKK_. */
    private long type() {
        return algorithm.equals("RSA") ? 0 : 3;
    }

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenKey key
                && key.token == token
                && key.label.equals(label)
                && key.algorithm.equals(algorithm);
    }

    @Override
    public int hashCode() {
        return Objects.hash(System.identityHashCode(token), label, algorithm);
    }

    @Override
    public String toString() {
        return algorithm + " key \"" + label + "\" of " + token;
    }
}
