package io.sallyport.starttls;

import java.util.Locale;
import java.util.regex.Pattern;

/** The greeting and STARTTLS (RFC 9051 section 6.2.1). */
final class ImapClient extends LineClient {
    private static final String TAG = "S1";

    /** What a server can do before TLS is not what it can do within: clients would take LOGINDISABLED for good. */
    private static final Pattern CAPABILITIES = Pattern.compile("\\[CAPABILITY [^]]*] ?", Pattern.CASE_INSENSITIVE);

    private final boolean greetingAlone;
    private String greeting = "";
    private boolean greeted;

    ImapClient(boolean greetingAlone) {
        this.greetingAlone = greetingAlone;
    }

    @Override
    Heard hear(String line) {
        String upper = line.toUpperCase(Locale.ROOT);
        if (!greeted) {
            return greeting(line, upper);
        }
        if (line.startsWith("* ")) {
            return upper.startsWith("* BYE") ? refused(line) : new Heard.Say("");
        }
        if (!upper.startsWith(TAG + " ")) {
            return broken(line);
        }
        return upper.startsWith(TAG + " OK") ? new Heard.Ready(greeting) : refused(line);
    }

    private Heard greeting(String line, String upper) {
        if (upper.startsWith("* BYE") || upper.startsWith("* PREAUTH")) {
            // Behind PREAUTH there is no STARTTLS (RFC 9051 section 11.2): who sits between may have written it.
            return refused(line);
        }
        if (!upper.startsWith("* OK")) {
            return broken(line);
        }
        greeted = true;
        greeting = CAPABILITIES.matcher(line).replaceFirst("") + "\r\n";
        return greetingAlone ? new Heard.Ready("") : new Heard.Say(TAG + " STARTTLS\r\n");
    }
}
