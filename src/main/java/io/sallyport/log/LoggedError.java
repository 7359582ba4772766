package io.sallyport.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What a line says of an exception: class and message of it and of its causes; on level DEBUG the stack too. */
final class LoggedError {
    private LoggedError() {}

    static @Nullable String text(ILoggingEvent event) {
        @Nullable IThrowableProxy error = event.getThrowableProxy();
        if (error == null) {
            return null;
        }
        return isDebug() ? ThrowableProxyUtil.asString(error).stripTrailing() : chain(error);
    }

    private static String chain(IThrowableProxy error) {
        StringBuilder text = new StringBuilder();
        for (@Nullable IThrowableProxy at = error; at != null; at = at.getCause()) {
            text.append(text.isEmpty() ? "" : ", caused by ").append(at.getClassName());
            if (at.getMessage() != null) {
                text.append(": ").append(at.getMessage());
            }
        }
        return text.toString().replaceAll("\\R", " ");
    }

    private static boolean isDebug() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        return !LogContext.root(context).getEffectiveLevel().isGreaterOrEqual(Level.INFO);
    }
}
