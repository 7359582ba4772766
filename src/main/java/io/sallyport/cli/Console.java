package io.sallyport.cli;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.text.SafeText;
import java.io.PrintWriter;
import java.util.List;

/**
 * Where commands print.
 *
 * @param out results
 * @param err problems and warnings, one a line
 */
record Console(PrintWriter out, PrintWriter err) {

    void warning(String text) {
        err.println("warning: " + SafeText.line(text));
    }

    void problems(List<ConfigProblem> problems) {
        problems.forEach(problem -> err.println(SafeText.line(problem.toString())));
    }
}
