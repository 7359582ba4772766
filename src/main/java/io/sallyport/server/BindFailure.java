package io.sallyport.server;

import io.sallyport.config.NetworkAddress;
import java.net.UnknownHostException;

/** What is told of an address that cannot be bound. */
final class BindFailure {
    private BindFailure() {}

    static String words(NetworkAddress address, Exception cause) {
        String words = String.valueOf(cause.getMessage());
        if (cause instanceof UnknownHostException) {
            return "\"" + address + "\": the name has no address";
        }
        if (words.contains("Address already in use")) {
            return "\"" + address + "\": the port is in use";
        }
        if (words.contains("Permission denied")) {
            return "\"" + address + "\": permission denied (expected: a port from 1024 on, or the right to bind it)";
        }
        if (words.contains("Cannot assign requested address")) {
            return "\"" + address + "\": no interface has this address";
        }
        return "\"" + address + "\": " + words;
    }
}
