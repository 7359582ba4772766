package io.sallyport.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The secret that lets a request in. Only its hash is kept, and never printed.
 *
 * <p>It comes as {@code Authorization: Bearer TOKEN} (RFC 6750 section 2.1), or as the password of {@code Authorization:
 * Basic} (RFC 7617) with any user name, which is what browsers ask a person for and send by themselves from then on.
 */
public final class AdminToken {
    private final byte[] hash;

    /** @param token visible ASCII */
    public AdminToken(byte[] token) {
        this.hash = hash(token);
    }

    /** Whether the only {@code Authorization} of a request has the token. Takes as long whatever it has. */
    boolean admits(List<String> authorizations) {
        byte[] shown = authorizations.size() == 1 ? shown(authorizations.get(0)) : null;
        return shown != null && MessageDigest.isEqual(hash(shown), hash);
    }

    /** Whether both are the same token, or both are none. */
    static boolean same(@Nullable AdminToken one, @Nullable AdminToken other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return MessageDigest.isEqual(one.hash, other.hash);
    }

    @Override
    public String toString() {
        return "***";
    }

    private static byte @Nullable [] shown(String authorization) {
        int space = authorization.indexOf(' ');
        if (space < 0) {
            return null;
        }
        String credentials = authorization.substring(space + 1).trim();
        return switch (authorization.substring(0, space).toLowerCase(Locale.ROOT)) {
            case "bearer" -> credentials.getBytes(StandardCharsets.ISO_8859_1);
            case "basic" -> password(credentials);
            default -> null;
        };
    }

    /** What follows the first colon: a user name has none. */
    private static byte @Nullable [] password(String credentials) {
        byte[] pair;
        try {
            pair = Base64.getDecoder().decode(credentials);
        } catch (IllegalArgumentException e) {
            return null;
        }
        for (int i = 0; i < pair.length; i++) {
            if (pair[i] == ':') {
                return Arrays.copyOfRange(pair, i + 1, pair.length);
            }
        }
        return null;
    }

    private static byte[] hash(byte[] token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
