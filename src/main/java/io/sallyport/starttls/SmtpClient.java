package io.sallyport.starttls;

import java.util.Locale;
import java.util.regex.Pattern;

/** The greeting, EHLO and STARTTLS (RFC 3207). */
final class SmtpClient extends LineClient {
    private static final Pattern REPLY = Pattern.compile("[2-5]\\d\\d([ -].*)?");

    private final String name;
    private final boolean greetingAlone;
    private final StringBuilder greeting = new StringBuilder();
    private Step step = Step.GREETING;
    private boolean offersTls;

    /** What is awaited. */
    private enum Step {
        GREETING,
        EHLO,
        STARTTLS
    }

    /** @param name what the server is told that we are, a domain or an address literal */
    SmtpClient(String name, boolean greetingAlone) {
        this.name = name;
        this.greetingAlone = greetingAlone;
    }

    @Override
    Heard hear(String line) {
        if (!REPLY.matcher(line).matches()) {
            return broken(line);
        }
        boolean last = line.length() == 3 || line.charAt(3) == ' ';
        boolean good = line.charAt(0) == '2';
        return switch (step) {
            case GREETING -> greeting(line, good, last);
            case EHLO -> capability(line, good, last);
            case STARTTLS -> {
                if (!last) {
                    yield new Heard.Say("");
                }
                yield line.startsWith("220") ? new Heard.Ready(greeting.toString()) : refused(line);
            }
        };
    }

    private Heard greeting(String line, boolean good, boolean last) {
        if (!good) {
            return refused(line);
        }
        greeting.append(line).append("\r\n");
        if (!last) {
            return new Heard.Say("");
        }
        if (greetingAlone) {
            return new Heard.Ready("");
        }
        step = Step.EHLO;
        return new Heard.Say("EHLO " + name + "\r\n");
    }

    private Heard capability(String line, boolean good, boolean last) {
        if (!good) {
            return refused(line);
        }
        offersTls |= line.length() > 4
                && line.substring(4).strip().toUpperCase(Locale.ROOT).equals("STARTTLS");
        if (!last) {
            return new Heard.Say("");
        }
        if (!offersTls) {
            return new Heard.Refused("the server does not offer STARTTLS");
        }
        step = Step.STARTTLS;
        return new Heard.Say("STARTTLS\r\n");
    }
}
