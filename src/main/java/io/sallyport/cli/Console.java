package io.sallyport.cli;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.text.SafeText;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Where commands print.
 *
 * @param out results
 * @param err problems and warnings, one a line
 */
record Console(PrintWriter out, PrintWriter err) {

    /** That of the process. */
    static Console standard() {
        return new Console(writer(System.out), writer(System.err));
    }

    /** Flushed with each line: a flush at the end would wait forever for a reader of our output that stands still. */
    private static PrintWriter writer(OutputStream out) {
        return new PrintWriter(out, true, StandardCharsets.UTF_8);
    }

    void warning(String text) {
        err.println("warning: " + SafeText.line(text));
    }

    void problems(List<ConfigProblem> problems) {
        problems.forEach(problem -> err.println(SafeText.line(problem.toString())));
    }
}
