package io.sallyport.cli;

import io.sallyport.config.ConfigProblem;
import java.io.PrintWriter;
import java.util.List;

/**
 * Where commands print.
 *
 * @param out results
 * @param err problems and warnings, one a line
 */
record Console(PrintWriter out, PrintWriter err) {

    void problems(List<ConfigProblem> problems) {
        problems.forEach(err::println);
    }
}
