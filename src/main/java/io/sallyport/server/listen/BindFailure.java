package io.sallyport.server.listen;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.eventloop.SocketError;
import java.net.UnknownHostException;

/** An address that cannot be had, and why, in words. */
public final class BindFailure extends Exception {
    private static final long serialVersionUID = 1L;

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
        return switch (SocketError.of(cause)) {
            case ADDRESS_IN_USE -> "the port is in use";
            case PERMISSION_DENIED -> "permission denied (expected: a port from 1024 on, or the right to bind it)";
            case ADDRESS_NOT_AVAILABLE -> "no interface has this address";
            default -> String.valueOf(cause.getMessage());
        };
    }
}
