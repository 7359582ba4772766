package io.sallyport.connection;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Names for connections: 16 hex digits, unique in a process and unlikely to meet another process's. */
final class ConnectionIds {
    private static final HexFormat HEX = HexFormat.of();

    private final AtomicLong next = new AtomicLong(ThreadLocalRandom.current().nextLong());

    String next() {
        return HEX.toHexDigits(next.getAndIncrement());
    }
}
