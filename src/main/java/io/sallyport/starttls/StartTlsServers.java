package io.sallyport.starttls;

import io.sallyport.config.value.StartTls;
import org.jspecify.annotations.Nullable;

/** The listener's side of each protocol. */
public final class StartTlsServers {
    private StartTlsServers() {}

    /**
     * For one connection; null: TLS is there from the first byte.
     *
     * @param name who greets: a host name
     */
    public static @Nullable StartTlsServer of(StartTls protocol, String name) {
        return switch (protocol) {
            case OFF -> null;
            case POSTGRESQL -> new PostgresqlServer();
            case SMTP -> new SmtpServer(name);
            case IMAP -> new ImapServer(name);
            case POP3 -> new Pop3Server(name);
            case LDAP -> new LdapServer();
        };
    }
}
