package io.sallyport.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Whether what a command prints is seen in colours. */
final class Terminal {
    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

    private Terminal() {}

    /** Whether standard output is a terminal, and nobody asked for none (https://no-color.org). */
    static boolean isColoured() {
        return isColoured(STANDARD_OUTPUT, System::getenv);
    }

    /**
     * The same for any descriptor. {@code System.console()} will not do: before JDK 22 it is null when the input alone is no
     * terminal, since then it is never.
     *
     * @param descriptor a link to what is open
     * @param environment the value of a variable, null when it is not set
     */
    static boolean isColoured(Path descriptor, UnaryOperator<@Nullable String> environment) {
        String wish = environment.apply("NO_COLOR");
        if ((wish != null && !wish.isEmpty()) || "dumb".equals(environment.apply("TERM"))) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }
}
