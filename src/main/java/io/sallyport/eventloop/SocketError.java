package io.sallyport.eventloop;

import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a system call on a socket failed with (errno(3)), read off an exception of either transport.
 *
 * <p>Netty's epoll transport throws the number, save for a failed connect; the JDK throws a type for some errors and nothing but
 * the words of strerror(3) for the rest. Those words are only read where there is neither a number nor a type of its own.
 */
public enum SocketError {
    /** Nothing listens there (ECONNREFUSED). */
    CONNECTION_REFUSED,
    /** No file of a unix-domain socket (ENOENT). */
    NO_SUCH_FILE,
    /** No way to the network or to the host (ENETUNREACH, EHOSTUNREACH): Netty throws the same for both. */
    UNREACHABLE,
    /** Nobody answers: ETIMEDOUT, or a timer of Netty's or the JDK's was sooner. */
    TIMED_OUT,
    /** ECONNRESET, by the peer or on its way. */
    RESET,
    /** No file descriptor left, in the process or in the system (EMFILE, ENFILE). */
    TOO_MANY_OPEN_FILES,
    ADDRESS_IN_USE,
    /** No interface has the address (EADDRNOTAVAIL). */
    ADDRESS_NOT_AVAILABLE,
    /** EACCES, EPERM. */
    PERMISSION_DENIED,
    OTHER;

    // The numbers of errno.h, the same on x86-64 and aarch64, and the words of strerror(3).
    private static final List<Errno> ERRNOS = List.of(
            new Errno(111, "Connection refused", CONNECTION_REFUSED),
            new Errno(2, "No such file or directory", NO_SUCH_FILE),
            new Errno(101, "Network is unreachable", UNREACHABLE),
            new Errno(113, "No route to host", UNREACHABLE),
            new Errno(110, "Connection timed out", TIMED_OUT),
            new Errno(104, "Connection reset", RESET),
            new Errno(24, "Too many open files", TOO_MANY_OPEN_FILES),
            new Errno(23, "Too many open files in system", TOO_MANY_OPEN_FILES),
            new Errno(98, "Address already in use", ADDRESS_IN_USE),
            new Errno(99, "Cannot assign requested address", ADDRESS_NOT_AVAILABLE),
            new Errno(13, "Permission denied", PERMISSION_DENIED),
            new Errno(1, "Operation not permitted", PERMISSION_DENIED));

    private record Errno(int number, String words, SocketError error) {}

    /** The first error that can be told from an exception or from one of its causes. */
    public static SocketError of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            SocketError error = ofOne(cause);
            if (error != OTHER) {
                return error;
            }
        }
        return OTHER;
    }

    private static SocketError ofOne(Throwable thrown) {
        if (thrown instanceof NativeIoException numbered) {
            return ofNumber(-numbered.expectedErr());
        }
        if (thrown instanceof NoRouteToHostException) {
            return UNREACHABLE;
        }
        if (thrown instanceof ConnectTimeoutException || thrown instanceof SocketTimeoutException) {
            return TIMED_OUT;
        }
        if (thrown instanceof FileNotFoundException) {
            return NO_SUCH_FILE;
        }
        if (thrown instanceof PortUnreachableException) {
            return CONNECTION_REFUSED;
        }
        SocketError error = thrown instanceof IOException ? ofWords(thrown.getMessage()) : OTHER;
        // Whatever else a connect can fail with, both transports throw it as this type, nearly always for ECONNREFUSED.
        return error == OTHER && thrown instanceof ConnectException ? CONNECTION_REFUSED : error;
    }

    private static SocketError ofNumber(int number) {
        return first(errno -> errno.number() == number);
    }

    /**
     * What has no type of its own: ENETUNREACH, ECONNRESET, EMFILE and EPERM are a SocketException or an IOException of the JDK,
     * EADDRINUSE, EADDRNOTAVAIL and EACCES all a BindException, ECONNREFUSED and ETIMEDOUT all a ConnectException. Netty's epoll
     * transport throws a ConnectException for the last two and EACCES, and keeps the number to itself.
     */
    private static SocketError ofWords(@Nullable String words) {
        return words == null ? OTHER : first(errno -> words.contains(errno.words()));
    }

    private static SocketError first(Predicate<Errno> wanted) {
        return ERRNOS.stream().filter(wanted).findFirst().map(Errno::error).orElse(OTHER);
    }
}
