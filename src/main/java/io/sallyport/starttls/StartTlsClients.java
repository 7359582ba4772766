package io.sallyport.starttls;

import io.sallyport.config.value.StartTls;
import org.jspecify.annotations.Nullable;

/** The proxy's side towards a server, for each protocol. */
public final class StartTlsClients {
    private StartTlsClients() {}

    /**
     * Asks for TLS, on one connection; null: TLS is there from the first byte.
     *
     * @param name who we are, for protocols in which one has to say: a domain or an address literal
     */
    public static @Nullable StartTlsClient asking(StartTls protocol, String name) {
        return switch (protocol) {
            case OFF -> null;
            case POSTGRESQL -> new PostgresqlClient();
            case SMTP -> new SmtpClient(name, false);
            case IMAP -> new ImapClient(false);
            case POP3 -> new Pop3Client(false);
            case LDAP -> new LdapClient();
        };
    }

    /** Awaits the greeting of a server alone; null: it has none. */
    public static @Nullable StartTlsClient greeted(StartTls protocol) {
        return switch (protocol) {
            case OFF, POSTGRESQL, LDAP -> null;
            case SMTP -> new SmtpClient("", true);
            case IMAP -> new ImapClient(true);
            case POP3 -> new Pop3Client(true);
        };
    }
}
