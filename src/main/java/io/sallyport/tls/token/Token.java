package io.sallyport.tls.token;

import io.sallyport.metrics.TokenMeters.SignatureResult;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.Password;
import io.sallyport.tls.token.Cryptoki.TokenInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One token of a module: found by its label, logged in to, and both anew where that is lost. Everything blocks for as long as the
 * token likes; safe for use by any thread.
 */
final class Token {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");
    private static final long ALREADY_LOGGED_IN = 0x100;

    /** A token that is away is asked for so often at the most, however many clients come. */
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

    private final TokenName name;
    private final Loader loader;
    private final byte[] salt = new byte[16];
    private @Nullable TokenLogin login;
    private byte @Nullable [] refused;
    private @Nullable TokenException failure;
    private long failedAt;

    /** Loads a module. */
    interface Loader {
        Cryptoki load(Path module) throws TokenException;
    }

    /** Reads the PIN, anew for each login. */
    interface Pin {
        Password read() throws MaterialException;
    }

    Token(TokenName name, Loader loader) {
        this.name = name;
        this.loader = loader;
        new SecureRandom().nextBytes(salt);
    }

    /** For messages. */
    @Override
    public String toString() {
        return name.toString();
    }

    /** A signature by the private key of this label and type (CKK_). */
    byte[] sign(Pin pin, String key, long type, Mechanism mechanism, byte[] data) throws TokenException {
        TokenLogin first = login(pin);
        try {
            return first.sign(key, type, mechanism, data);
        } catch (TokenException e) {
            // A token that was taken out and put back has forgotten sessions and keys; the second fault is told.
            drop(first);
            return login(pin).sign(key, type, mechanism, data);
        }
    }

    private synchronized void drop(TokenLogin lost) {
        if (login == lost) {
            lost.close();
            login = null;
        }
    }

    private synchronized TokenLogin login(Pin pin) throws TokenException {
        TokenLogin now = login;
        if (now != null) {
            return now;
        }
        if (failure != null && System.nanoTime() - failedAt < PAUSE) {
            throw failure;
        }
        try {
            now = open(pin);
            login = now;
            failure = null;
            return now;
        } catch (TokenException e) {
            failure = e;
            failedAt = System.nanoTime();
            throw e;
        }
    }

    private TokenLogin open(Pin pin) throws TokenException {
        Cryptoki cryptoki = loader.load(name.module());
        List<TokenInfo> tokens = tokens(cryptoki);
        TokenInfo info = tokens.stream()
                .filter(each -> each.label().equals(name.label()))
                .findFirst()
                .orElseThrow(() -> new TokenException(
                        SignatureResult.ABSENT,
                        "no " + this + " (expected: one of "
                                + tokens.stream()
                                        .map(TokenInfo::label)
                                        .filter(each -> !each.isEmpty())
                                        .toList() + ")"));
        char[] characters = read(pin);
        byte[] hash = hash(characters);
        if (refused != null && MessageDigest.isEqual(refused, hash)) {
            throw new TokenException(
                    SignatureResult.PIN_REFUSED,
                    this + " has refused this PIN: it is not tried again (expected: another PIN)");
        }
        if (info.isLocked()) {
            throw new TokenException(
                    SignatureResult.PIN_REFUSED, this + ": its PIN is locked (expected: its officer unlocks it)");
        }
        if (info.locksWithTheNextWrongPin()) {
            throw new TokenException(
                    SignatureResult.PIN_REFUSED,
                    this + " locks with one more wrong PIN: it is not tried (expected: a login by other"
                            + " means, as pkcs11-tool, with the right one)");
        }
        long session = cryptoki.openSession(info.slot());
        try {
            cryptoki.login(session, characters);
            refused = null;
        } catch (TokenException e) {
            if (e.result() == SignatureResult.PIN_REFUSED) {
                refused = hash;
            }
            if (e.code() != ALREADY_LOGGED_IN) {
                cryptoki.closeSession(session);
                throw new TokenException(e.code(), this + ": " + e.words());
            }
        } finally {
            Arrays.fill(characters, '\0');
        }
        return new TokenLogin(toString(), cryptoki, info.slot(), session);
    }

    /** A module that speaks to its tokens over a network finds them again at its next start alone. */
    private static List<TokenInfo> tokens(Cryptoki cryptoki) throws TokenException {
        try {
            List<TokenInfo> tokens = cryptoki.tokens();
            if (!tokens.isEmpty()) {
                return tokens;
            }
        } catch (TokenException e) {
            LOG.debug("the module lists no tokens", e);
        }
        cryptoki.restart();
        return cryptoki.tokens();
    }

    private static char[] read(Pin pin) throws TokenException {
        try {
            return pin.read().chars();
        } catch (MaterialException e) {
            throw new TokenException("PIN: " + e.getMessage());
        }
    }

    /** With salt of this process: a PIN is short. */
    private byte[] hash(char[] pin) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            return digest.digest(new String(pin).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
