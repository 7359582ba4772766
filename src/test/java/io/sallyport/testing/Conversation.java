package io.sallyport.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an openssl client said and heard.
 *
 * @param exitCode 0 when the handshake and the request went well
 * @param output standard output and error
 * @param messages in the order in which the client saw them
 */
public record Conversation(int exitCode, String output, List<Message> messages) {
    private static final Pattern HEAD =
            Pattern.compile("(>>>|<<<) (TLS [0-9.]+|\\S+), (\\w+) \\[length [0-9a-f]+](?:, (.*))?");
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int APPLICATION_DATA = 23;

    public Conversation {
        messages = List.copyOf(messages);
    }

    /**
     * One message.
     *
     * @param sent by the client
     * @param content {@code Handshake}, {@code Alert} or {@code ChangeCipherSpec}
     * @param name as openssl says it: {@code ServerHello}, {@code fatal unknown_ca}
     * @param encrypted whether it went over the wire in a record that hides its type, or after ChangeCipherSpec
     * @param hex its bytes with their header
     */
    public record Message(boolean sent, String content, String name, boolean encrypted, String hex) {
        /** With its header. */
        public int size() {
            return hex.length() / 2;
        }

        public boolean isHandshake() {
            return content.equals("Handshake");
        }

        /** {@code > ClientHello} and {@code < ServerHello}. */
        @Override
        public String toString() {
            return (sent ? "> " : "< ") + name;
        }
    }

    static Conversation parse(int exitCode, String output, String messages) {
        return new Conversation(exitCode, output, new Reading().read(messages));
    }

    /** The handshake messages: {@code > ClientHello}, {@code < ServerHello} and so on. */
    public List<String> handshake() {
        return messages.stream()
                .filter(Message::isHandshake)
                .map(Message::toString)
                .toList();
    }

    /** The alerts, but for close_notify. */
    public List<String> alerts() {
        return messages.stream()
                .filter(message ->
                        message.content().equals("Alert") && !message.name().equals("warning close_notify"))
                .map(Message::toString)
                .toList();
    }

    /** The first message of this name from that side: {@code < ServerHello}. */
    public Message message(String sideAndName) {
        return messages.stream()
                .filter(message -> message.toString().equals(sideAndName))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + sideAndName + " in " + messages + "\n" + output));
    }

    public Hello serverHello() {
        return Hello.of(message("< ServerHello"));
    }

    /** What stands behind a word of openssl's report: {@code Server Temp Key: } or {@code Peer signature type: }. */
    public String reported(String word) {
        Matcher matcher = Pattern.compile(Pattern.quote(word) + "(.*)").matcher(output);
        if (!matcher.find()) {
            throw new AssertionError("no " + word + " in\n" + output);
        }
        return matcher.group(1).strip();
    }

    /** Whether the answer to the request arrived. */
    public boolean isAnswered() {
        return output.contains(Http.GREETING);
    }

    private static final class Reading {
        private final List<Message> messages = new ArrayList<>();
        private final boolean[] afterChange = new boolean[2];
        private int recordType;

        List<Message> read(String text) {
            List<String> lines = text.lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                Matcher head = HEAD.matcher(lines.get(i));
                if (!head.matches()) {
                    continue;
                }
                StringBuilder hex = new StringBuilder();
                while (i + 1 < lines.size() && lines.get(i + 1).startsWith("    ")) {
                    hex.append(lines.get(++i).replace(" ", ""));
                }
                add(head, hex.toString());
            }
            return messages;
        }

        private void add(Matcher head, String hex) {
            boolean sent = head.group(1).equals(">>>");
            String content = head.group(3);
            switch (content) {
                case "RecordHeader" -> {
                    recordType = Integer.parseInt(hex.substring(0, 2), 16);
                    afterChange[sent ? 1 : 0] |= recordType == CHANGE_CIPHER_SPEC;
                }
                case "InnerContent" -> {}
                default -> {
                    boolean tls13 = head.group(2).equals("TLS 1.3");
                    boolean encrypted = tls13 ? recordType == APPLICATION_DATA : afterChange[sent ? 1 : 0];
                    String name = head.group(4) == null ? content : head.group(4);
                    messages.add(new Message(sent, content, name, encrypted, hex));
                }
            }
        }
    }

    /**
     * A ServerHello, or a ClientHello up to its session id (RFC 5246 section 7.4.1): type, length, version, random, session
     * id, suite, compression, extensions. Everything in hexadecimal.
     */
    public record Hello(String random, String sessionId, String suite, String version) {
        /** SHA-256 of "HelloRetryRequest", RFC 8446 section 4.1.3. */
        private static final String RETRY = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

        private static final int RANDOM = 2 * 6;
        private static final int SESSION_ID = RANDOM + 2 * 32;
        private static final String SUPPORTED_VERSIONS = "002b";

        public static Hello of(Message message) {
            String hex = message.hex();
            int suite = SESSION_ID + 2 + 2 * Integer.parseInt(hex.substring(SESSION_ID, SESSION_ID + 2), 16);
            return new Hello(
                    hex.substring(RANDOM, SESSION_ID),
                    hex.substring(SESSION_ID + 2, suite),
                    hex.substring(suite, suite + 4),
                    version(hex, suite + 4 + 2 + 4));
        }

        public boolean isHelloRetryRequest() {
            return random.equals(RETRY);
        }

        /** The version in the extension for it, else the one in the fixed field. */
        private static String version(String hex, int extensions) {
            int at = extensions;
            while (at + 8 <= hex.length()) {
                if (hex.startsWith(SUPPORTED_VERSIONS, at)) {
                    return hex.substring(at + 8, at + 12);
                }
                at += 8 + 2 * Integer.parseInt(hex.substring(at + 4, at + 8), 16);
            }
            return hex.substring(8, 12);
        }
    }
}
