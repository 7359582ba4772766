package io.sallyport.handshake.wire;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rules for the host_name of the server_name extension (RFC 6066 section 3, RFC 1035 section 2.3.4). */
final class HostName {
    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;

    private HostName() {}

    /**
     * Lower-cased and without a trailing dot; null unless it consists of labels of 1..63 letters, digits, hyphens and
     * underscores (container networks use those) and has at most 253 characters.
     */
    static @Nullable String normalize(String wire) {
        int length = wire.endsWith(".") ? wire.length() - 1 : wire.length();
        if (length == 0 || length > MAX_NAME) {
            return null;
        }
        int label = 0;
        for (int i = 0; i < length; i++) {
            char character = wire.charAt(i);
            if (character == '.' && label == 0) {
                return null;
            }
            label = character == '.' ? 0 : label + 1;
            if (label > MAX_LABEL || (label > 0 && !isLabelCharacter(character))) {
                return null;
            }
        }
        return label == 0 ? null : wire.substring(0, length).toLowerCase(Locale.ROOT);
    }

    private static boolean isLabelCharacter(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || character == '-'
                || character == '_';
    }
}
