package io.sallyport.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.sallyport.config.LogConfig;

/** Levels, ours to Logback's. */
final class LogLevels {
    private LogLevels() {}

    /** Netty tells of itself, at INFO and below, what only its authors can use. */
    static void set(LoggerContext context, LogConfig.Level level) {
        Level own = of(level);
        LogContext.root(context).setLevel(own);
        context.getLogger("io.netty").setLevel(own.isGreaterOrEqual(Level.WARN) ? own : Level.WARN);
    }

    private static Level of(LogConfig.Level level) {
        return switch (level) {
            case OFF -> Level.OFF;
            case ERROR -> Level.ERROR;
            case WARN -> Level.WARN;
            case INFO -> Level.INFO;
            case DEBUG -> Level.DEBUG;
        };
    }
}
