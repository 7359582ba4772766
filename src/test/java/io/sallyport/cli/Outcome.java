package io.sallyport.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** What one command came to: its exit code and the lines that it printed. */
record Outcome(int exitCode, List<String> out, List<String> err) {

    /** Runs a command in this process. */
    static Outcome of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] args = new String[arguments.length];
        for (int i = 0; i < args.length; i++) {
            args[i] = arguments[i].toString();
        }
        int exitCode = Main.execute(args, new PrintWriter(out, true), new PrintWriter(err, true));
        return new Outcome(
                exitCode,
                out.toString().lines().toList(),
                err.toString().lines().toList());
    }
}
