package io.sallyport.starttls;

import io.sallyport.handshake.wire.FirstBytes;
import java.util.Locale;

/** RFC 5321 as far as it goes before TLS, and STARTTLS (RFC 3207). */
final class SmtpServer extends LineServer {
    private final String name;

    SmtpServer(String name) {
        this.name = name;
    }

    @Override
    public String greeting() {
        return "220 " + name + " ESMTP\r\n";
    }

    @Override
    Turn answer(String line) {
        int space = line.indexOf(' ');
        String verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
        boolean hasArgument = space >= 0 && !line.substring(space).isBlank();
        return switch (verb) {
            case "EHLO" ->
                new Turn.Answer(
                        hasArgument ? "250-" + name + "\r\n250 STARTTLS\r\n" : "501 5.5.4 EHLO needs a domain\r\n");
            case "HELO" -> new Turn.Answer(hasArgument ? "250 " + name + "\r\n" : "501 5.5.4 HELO needs a domain\r\n");
            case "STARTTLS" ->
                hasArgument
                        ? new Turn.Answer("501 5.5.4 STARTTLS takes no argument\r\n")
                        : new Turn.Begin("220 2.0.0 Ready to start TLS\r\n");
            case "NOOP", "RSET" -> new Turn.Answer("250 2.0.0 Ok\r\n");
            case "QUIT" -> left("221 2.0.0 Bye\r\n");
            default -> new Turn.Answer("530 5.7.0 Must issue a STARTTLS command first\r\n");
        };
    }

    @Override
    String goodbye(String why) {
        return "421 4.7.0 " + name + " closes: " + why + "\r\n";
    }

    @Override
    FirstBytes looksLike() {
        return FirstBytes.SMTP;
    }
}
