package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;

/** What a listener says to one client before TLS. */
public sealed interface StartTlsServer permits PostgresqlServer, LineServer, LdapServer {

    /** What is said first of all; empty: the client speaks first. */
    String greeting();

    /**
     * Reads the next request, and skips what it has read; what is not whole yet is left for the next time. Not to be called
     * again after the last turn.
     */
    Turn read(ByteBuf received);
}
