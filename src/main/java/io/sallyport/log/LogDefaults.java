package io.sallyport.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.sallyport.config.LogConfig;

/**
 * What Logback starts with, found through {@code META-INF/services}: errors alone, as text. It keeps Logback from
 * searching for XML files, which a process that starts often should not wait for.
 */
public final class LogDefaults extends ContextAwareBase implements Configurator {

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        LogLevels.set(context, LogConfig.Level.ERROR);
        LogContext.root(context).addAppender(LogContext.console(context, new TextLogEncoder()));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
