package io.sallyport.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import io.sallyport.config.LogConfig;
import io.sallyport.config.LogConfig.Level;
import org.slf4j.LoggerFactory;

/**
 * The process's log from here to {@link #close}: lines on standard output, in the background.
 *
 * <p>Before and after, {@link LogDefaults} holds.
 */
public final class LogSetup implements AutoCloseable {
    private static final int QUEUED_LINES = 4096;
    private static final int CLOSE_MILLIS = 2000;

    private final LoggerContext context;

    private LogSetup(LoggerContext context) {
        this.context = context;
    }

    /** Starts to log as {@code config} says. */
    public static LogSetup start(LogConfig config) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        LogSetup setup = new LogSetup(context);
        setup.level(config.level());
        LogContext.root(context).addAppender(inBackground(context, encoder(config.format())));
        return setup;
    }

    /** Changes the least severe level that is logged. */
    public void level(Level level) {
        LogLevels.set(context, level);
    }

    /** Writes what is still queued, for two seconds at most. */
    @Override
    public void close() {
        context.reset();
        new LogDefaults().configure(context);
    }

    /** A reader of our output that stands still must never stop an event loop: then lines are lost instead. */
    private static AsyncAppender inBackground(LoggerContext context, Encoder<ILoggingEvent> encoder) {
        AsyncAppender background = new AsyncAppender();
        background.setContext(context);
        background.setQueueSize(QUEUED_LINES);
        background.setDiscardingThreshold(0);
        background.setNeverBlock(true);
        background.setMaxFlushTime(CLOSE_MILLIS);
        background.addAppender(LogContext.console(context, encoder));
        background.start();
        return background;
    }

    private static Encoder<ILoggingEvent> encoder(LogConfig.Format format) {
        return switch (format) {
            case JSON -> new JsonLogEncoder();
            case TEXT -> new TextLogEncoder();
        };
    }
}
