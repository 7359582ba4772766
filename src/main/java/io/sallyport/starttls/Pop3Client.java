package io.sallyport.starttls;

/** The greeting and STLS (RFC 2595 section 4). */
final class Pop3Client extends LineClient {
    private final boolean greetingAlone;
    private String greeting = "";

    Pop3Client(boolean greetingAlone) {
        this.greetingAlone = greetingAlone;
    }

    @Override
    Heard hear(String line) {
        if (line.startsWith("-ERR")) {
            return refused(line);
        }
        if (!line.startsWith("+OK")) {
            return broken(line);
        }
        if (!greeting.isEmpty()) {
            return new Heard.Ready(greeting);
        }
        greeting = line + "\r\n";
        return greetingAlone ? new Heard.Ready("") : new Heard.Say("STLS\r\n");
    }
}
