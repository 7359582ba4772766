package io.sallyport.server.listen;

import io.netty.channel.unix.Errors.NativeIoException;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.value.NetworkAddress;
import java.io.IOException;
import java.net.UnknownHostException;

/** An address that cannot be had, and why, in words. */
public final class BindFailure extends Exception {
    private static final long serialVersionUID = 1L;

    // errno.h, negative as system calls return them
    private static final int EACCES = -13;
    private static final int EADDRINUSE = -98;
    private static final int EADDRNOTAVAIL = -99;

    private final transient ConfigProblem problem;

    private BindFailure(ConfigProblem problem, Exception cause) {
        super(problem.toString(), cause);
        this.problem = problem;
    }

    /**
     * An address that was not to be had.
     *
     * @param key of the configuration, where it stands
     */
    public static BindFailure of(String key, NetworkAddress address, Exception cause) {
        return new BindFailure(new ConfigProblem("", key, "\"" + address + "\": " + words(cause)), cause);
    }

    public ConfigProblem problem() {
        return problem;
    }

    private static String words(Exception cause) {
        if (cause instanceof UnknownHostException) {
            return "the name has no address";
        }
        return switch (errno(cause)) {
            case EADDRINUSE -> "the port is in use";
            case EACCES -> "permission denied (expected: a port from 1024 on, or the right to bind it)";
            case EADDRNOTAVAIL -> "no interface has this address";
            default -> String.valueOf(cause.getMessage());
        };
    }

    private static int errno(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NativeIoException nativeCause) {
                return nativeCause.expectedErr();
            }
        }
        // The JDK, and Netty for EADDRINUSE, throw a BindException that has the words of strerror(3) alone.
        String words = failure instanceof IOException ? String.valueOf(failure.getMessage()) : "";
        return words.contains("Address already in use")
                ? EADDRINUSE
                : words.contains("Permission denied")
                        ? EACCES
                        : words.contains("Cannot assign requested address") ? EADDRNOTAVAIL : 0;
    }
}
