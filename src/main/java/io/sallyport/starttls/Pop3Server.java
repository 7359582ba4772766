package io.sallyport.starttls;

import io.sallyport.handshake.wire.FirstBytes;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** RFC 1939 as far as it goes before TLS, and STLS (RFC 2595 section 4). */
final class Pop3Server extends LineServer {
    private final String name;

    Pop3Server(String name) {
        this.name = name;
    }

    @Override
    public String greeting() {
        return "+OK " + name + " is ready\r\n";
    }

    @Override
    Turn answer(String line) {
        return switch (line.stripTrailing().toUpperCase(Locale.ROOT)) {
            case "CAPA" -> new Turn.Answer("+OK\r\nSTLS\r\n.\r\n");
            case "STLS" -> new Turn.Begin("+OK begin TLS now\r\n");
            case "QUIT" -> left("+OK\r\n");
            default -> new Turn.Answer("-ERR TLS is required: STLS comes first\r\n");
        };
    }

    @Override
    String goodbye(String why) {
        return "-ERR " + why + "\r\n";
    }

    @Override
    @Nullable
    FirstBytes looksLike() {
        return null;
    }
}
