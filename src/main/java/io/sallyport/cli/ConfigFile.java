package io.sallyport.cli;

import io.sallyport.config.hocon.LocaleEncoding;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the configuration, and what holds without it. */
final class ConfigFile {
    private static final String VARIABLE = "SALLYPORT_CONFIG";
    private static final Path DEFAULT = Path.of("conf", "sallyport.conf");

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The configuration. Without it: $SALLYPORT_CONFIG, else conf/sallyport.conf.")
    private @Nullable Path file;

    Path path() {
        Path named = named();
        return named == null ? DEFAULT : named;
    }

    /** The one that was named, else the default if it exists; null where there is none. */
    @Nullable
    Path existing() {
        Path named = named();
        if (named != null) {
            return named;
        }
        return Files.exists(DEFAULT) ? DEFAULT : null;
    }

    private @Nullable Path named() {
        if (file != null) {
            return file;
        }
        String variable = LocaleEncoding.variable(VARIABLE);
        return variable == null || variable.isEmpty() ? null : LocaleEncoding.path(variable);
    }
}
