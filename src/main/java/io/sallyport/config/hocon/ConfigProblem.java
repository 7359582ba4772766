package io.sallyport.config.hocon;

/**
 * One thing that is wrong with the configuration or with a file that it names.
 *
 * @param where {@code file:line}, or {@code $NAME} of the environment variable, or empty
 * @param path the key, without the leading {@code sallyport.}; or the file that is at fault
 * @param detail what was found and the rule, as {@code "70000" (expected: 0..65535)}
 */
public record ConfigProblem(String where, String path, String detail) {

    @Override
    public String toString() {
        return where.isEmpty() ? path + ": " + detail : where + ": " + path + ": " + detail;
    }
}
