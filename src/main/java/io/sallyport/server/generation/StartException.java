package io.sallyport.server.generation;

import io.sallyport.config.hocon.ConfigProblem;
import java.util.List;
import java.util.stream.Collectors;

/** A start that cannot be: key material, an address, the TLS library. Every problem at once, one a line. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigProblem> problems;

    public StartException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public StartException(ConfigProblem problem) {
        this(List.of(problem));
    }

    public List<ConfigProblem> problems() {
        return problems;
    }
}
