package io.sallyport.starttls;

import io.sallyport.handshake.wire.FirstBytes;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** RFC 9051 as far as it goes before TLS, and STARTTLS (section 6.2.1). */
final class ImapServer extends LineServer {
    private static final String CAPABILITIES = "CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED";

    /** A tag, which goes back to the client, and the command. */
    private static final Pattern COMMAND =
            Pattern.compile("([^\\x00-\\x20\\x7f-\\xff(){%*\"\\\\+]{1,64}) (\\p{Alpha}+)( .*)?");

    private final String name;

    ImapServer(String name) {
        this.name = name;
    }

    @Override
    public String greeting() {
        return "* OK [" + CAPABILITIES + "] " + name + " is ready\r\n";
    }

    @Override
    Turn answer(String line) {
        Matcher command = COMMAND.matcher(line);
        if (!command.matches()) {
            return new Turn.Answer("* BAD a tag and a command are expected\r\n");
        }
        String tag = command.group(1);
        return switch (command.group(2).toUpperCase(Locale.ROOT)) {
            case "CAPABILITY" -> new Turn.Answer("* " + CAPABILITIES + "\r\n" + tag + " OK done\r\n");
            case "NOOP" -> new Turn.Answer(tag + " OK done\r\n");
            case "LOGOUT" -> left("* BYE\r\n" + tag + " OK done\r\n");
            case "STARTTLS" ->
                command.group(3) == null
                        ? new Turn.Begin(tag + " OK begin TLS now\r\n")
                        : new Turn.Answer(tag + " BAD STARTTLS takes no argument\r\n");
            default -> new Turn.Answer(tag + " NO [PRIVACYREQUIRED] TLS is required: STARTTLS comes first\r\n");
        };
    }

    @Override
    String goodbye(String why) {
        return "* BYE " + why + "\r\n";
    }

    @Override
    @Nullable
    FirstBytes looksLike() {
        return null;
    }
}
