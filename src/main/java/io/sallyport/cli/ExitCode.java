package io.sallyport.cli;

/** What the process ends with. */
final class ExitCode {
    /** A clean stop, or all is well. */
    static final int OK = 0;
    /** A start-up or run-time failure. */
    static final int FAILURE = 1;
    /** A command line that cannot be understood. */
    static final int USAGE = 2;

    private ExitCode() {}
}
