package io.sallyport.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** The lines that this process logs from here to {@link #close}: Sallyport's from INFO on, of all others warnings. */
public final class CapturedLog implements AutoCloseable {
    private final Logger root = logger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger own = logger("sallyport");
    private final Logger netty = logger("io.netty");
    private final Appender appender = new Appender();

    private CapturedLog() {
        root.setLevel(Level.WARN);
        own.setLevel(Level.INFO);
        // What a test before this one made of it would hide Netty's warnings, and no fault would be found.
        netty.setLevel(Level.WARN);
        appender.start();
        root.addAppender(appender);
    }

    public static CapturedLog start() {
        return new CapturedLog();
    }

    /** Every message so far that contains {@code words}. */
    public List<String> lines(String words) {
        return appender.events.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(message -> message.contains(words))
                .toList();
    }

    /** What every event so far says of a key, in order; nothing for those that do not speak of it. */
    public List<String> values(String key) {
        return values("", key);
    }

    /** What every message so far that contains {@code words} says of a key. */
    public List<String> values(String words, String key) {
        return appender.events.stream()
                .filter(event -> event.getFormattedMessage().contains(words))
                .filter(event -> event.getKeyValuePairs() != null)
                .flatMap(event -> event.getKeyValuePairs().stream())
                .filter(pair -> pair.key.equals(key))
                .map(pair -> String.valueOf(pair.value))
                .toList();
    }

    /** What tells of a fault in the program: errors, and whatever Netty warns of. */
    public List<String> faults() {
        return appender.events.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR)
                        || event.getLoggerName().startsWith("io.netty"))
                .map(event -> event.getLoggerName() + ": " + event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy())))
                .toList();
    }

    @Override
    public void close() {
        root.detachAppender(appender);
        appender.stop();
        own.setLevel(null);
        netty.setLevel(null);
        root.setLevel(Level.ERROR);
    }

    private static Logger logger(String name) {
        return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(name);
    }

    private static final class Appender extends AppenderBase<ILoggingEvent> {
        private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            events.add(event);
        }
    }
}
