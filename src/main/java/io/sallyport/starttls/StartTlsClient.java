package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;

/** What the proxy says to one server before TLS. */
public sealed interface StartTlsClient permits PostgresqlClient, LineClient, LdapClient {

    /** What is said first of all; empty: the server speaks first. */
    String opening();

    /**
     * Reads what the server has said, and skips what it has read; what is not whole yet is left for the next time. Not to be
     * called again after the last word.
     */
    Heard read(ByteBuf received);
}
