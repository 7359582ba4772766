package io.sallyport.tls.file;

import io.sallyport.config.hocon.ConfigProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a load of TLS material found. Problems refuse the load; warnings are logged and the load goes on; notes are what
 * may be right or wrong and only the operator can know.
 *
 * <p>Not safe for use by several threads.
 */
public final class Findings {
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<ConfigProblem> warnings = new ArrayList<>();
    private final List<ConfigProblem> notes = new ArrayList<>();
    private final List<ConfigProblem> unusable = new ArrayList<>();

    public List<ConfigProblem> problems() {
        return List.copyOf(problems);
    }

    public List<ConfigProblem> warnings() {
        return List.copyOf(warnings);
    }

    public List<ConfigProblem> notes() {
        return List.copyOf(notes);
    }

    /** What cannot be used of a source that has others; no reason to refuse the load. */
    public List<ConfigProblem> unusable() {
        return List.copyOf(unusable);
    }

    /** Adds all that {@code other} has found. */
    public void addAll(Findings other) {
        problems.addAll(other.problems);
        warnings.addAll(other.warnings);
        notes.addAll(other.notes);
        unusable.addAll(other.unusable);
    }

    public void addUnusable(ConfigProblem problem) {
        unusable.add(problem);
    }

    /** What this entry of the configuration, and the file that it names, is found to be. */
    public About about(String where, Path file) {
        return new About(this, where, display(file));
    }

    /** A warning about {@code subject}, which is no file. */
    public void warning(String where, String subject, String detail) {
        warnings.add(new ConfigProblem(where, subject, detail));
    }

    /** The path as the person typed it, where it lies below the working directory. */
    public static String display(Path file) {
        Path here = Path.of("").toAbsolutePath();
        Path whole = file.toAbsolutePath().normalize();
        return whole.startsWith(here) ? here.relativize(whole).toString() : whole.toString();
    }

    /**
     * Findings about one file.
     *
     * @param where {@code file:line} of the configuration entry, or empty
     * @param subject the file as messages name it
     */
    public record About(Findings all, String where, String subject) {
        public void problem(String detail) {
            all.problems.add(new ConfigProblem(where, subject, detail));
        }

        public void problem(MaterialException e) {
            String place = e.line() > 0 ? subject + ":" + e.line() : subject;
            all.problems.add(new ConfigProblem(where, place, e.detail()));
        }

        public void warning(String detail) {
            ConfigProblem warning = new ConfigProblem(where, subject, detail);
            if (!all.warnings.contains(warning)) {
                all.warnings.add(warning);
            }
        }

        public void note(String detail) {
            all.notes.add(new ConfigProblem(where, subject, detail));
        }
    }
}
