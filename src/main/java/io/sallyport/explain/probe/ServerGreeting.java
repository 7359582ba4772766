package io.sallyport.explain.probe;

import java.util.Optional;
import java.util.regex.Pattern;

/** What a server speaks that answers a ClientHello with something else than TLS, by its first bytes. */
public enum ServerGreeting {
    /** RFC 9112 section 4; some answer what is no request of theirs with a page alone. */
    HTTP("HTTP", "HTTP/|(?i:<!doctype html|<html)"),
    /** RFC 4253 section 4.2. */
    SSH("SSH", "SSH-"),
    /** RFC 5321 section 4.2 and RFC 959: both greet with 220. */
    SMTP_OR_FTP("SMTP or FTP", "(220|554)[ -]"),
    /** RFC 9051 section 7.1. */
    IMAP("IMAP", "\\* OK"),
    /** RFC 1939 section 4. */
    POP3("POP3", "\\+OK"),
    /** An error of the RESP protocol. */
    REDIS("Redis", "-(ERR|NOAUTH|DENIED)"),
    /** The refusal of a start-up packet that is none. */
    POSTGRESQL("PostgreSQL", "E(\0\0\0|FATAL)");

    private static final int MYSQL_VERSION = 10;

    private final String protocol;
    private final Pattern beginning;

    ServerGreeting(String protocol, String beginning) {
        this.protocol = protocol;
        this.beginning = Pattern.compile(beginning);
    }

    /** Its protocol; empty when it is not known. */
    public static Optional<String> protocol(String firstBytes) {
        for (ServerGreeting greeting : values()) {
            if (greeting.beginning.matcher(firstBytes).lookingAt()) {
                return Optional.of(greeting.protocol);
            }
        }
        // Protocol::HandshakeV10: three bytes of length, the sequence number 0, the version.
        if (firstBytes.length() > 4 && firstBytes.charAt(3) == 0 && firstBytes.charAt(4) == MYSQL_VERSION) {
            return Optional.of("MySQL");
        }
        return Optional.empty();
    }

    public static boolean isHttp(String firstBytes) {
        return HTTP.beginning.matcher(firstBytes).lookingAt();
    }
}
