package io.sallyport.accesslog;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A connection that is open, as far as it is counted and chosen by. Read on its event loop alone. */
public interface TalliedConnection {
    String id();

    String listener();

    /** Where the client is; null where it has no address. */
    @Nullable
    InetAddress source();

    /** Plaintext, both ways. */
    long bytes();

    /** What its access line would say by now; without a reason. */
    ConnectionSummary summary();
}
