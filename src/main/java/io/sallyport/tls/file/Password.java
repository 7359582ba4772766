package io.sallyport.tls.file;

import io.sallyport.config.tls.PasswordConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The password of a key, in UTF-8 as a rule. Never printed. */
public final class Password {
    private static final int LIMIT = 64 << 10;

    private final byte[] bytes;
    private final boolean given;

    private Password(byte[] bytes, boolean given) {
        this.bytes = bytes;
        this.given = given;
    }

    /**
     * Reads a password from where the configuration says.
     *
     * @param environment the value of a variable, null when it is not set
     */
    public static Password read(PasswordConfig config, Function<String, @Nullable String> environment)
            throws MaterialException {
        if (config instanceof PasswordConfig.File file) {
            return of(file.path());
        }
        if (config instanceof PasswordConfig.Variable variable) {
            String value = environment.apply(variable.name());
            if (value == null) {
                throw new MaterialException("password-env: the environment variable " + variable.name()
                        + " is not set (expected: the password; it may be empty)");
            }
            return new Password(value.getBytes(StandardCharsets.UTF_8), true);
        }
        return new Password(new byte[0], false);
    }

    /** Whether the configuration names one; if not, it is the empty one. */
    public boolean isGiven() {
        return given;
    }

    public char[] chars() {
        return new String(bytes, StandardCharsets.UTF_8).toCharArray();
    }

    /** One char for each byte: for key derivations that take the low byte of each char as OpenSSL takes each byte. */
    public char[] byteChars() {
        return new String(bytes, StandardCharsets.ISO_8859_1).toCharArray();
    }

    public boolean isAscii() {
        return StandardCharsets.US_ASCII.newEncoder().canEncode(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /**
     * What the program that encrypted may have made of the bytes, the likeliest first; one, where all are the same: UTF-8,
     * a char for each byte (OpenSSL before 1.1, and where the bytes are no UTF-8), and what keytool reads under a POSIX
     * locale.
     */
    public List<char[]> spellings() {
        return isAscii()
                ? List.of(chars())
                : List.of(chars(), byteChars(), new String(bytes, StandardCharsets.US_ASCII).toCharArray());
    }

    @Override
    public String toString() {
        return "***";
    }

    private static Password of(Path file) throws MaterialException {
        return new Password(MaterialFile.readLine(file, LIMIT, "a file with the password; it may be empty"), true);
    }
}
