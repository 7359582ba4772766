package io.sallyport.server;

import io.sallyport.config.ConfigProblem;
import io.sallyport.config.ProxyConfig;
import java.util.ArrayList;
import java.util.List;

/** What a reload cannot change, and says so rather than doing it by half. */
final class Unchangeable {
    private static final String RULE = " (expected: as at start; restart to change it)";

    private Unchangeable() {}

    static List<ConfigProblem> problems(ProxyConfig serving, ProxyConfig next) {
        List<ConfigProblem> problems = new ArrayList<>();
        if (next.eventLoops() != serving.eventLoops()) {
            problems.add(new ConfigProblem("", "event-loops", next.eventLoops() + RULE));
        }
        if (!next.admin().equals(serving.admin())) {
            problems.add(new ConfigProblem("", "admin.bind", next.admin().bind() + RULE));
        }
        if (!next.accessLog().equals(serving.accessLog())) {
            problems.add(
                    new ConfigProblem("", "access-log.target", next.accessLog().target() + RULE));
        }
        return problems;
    }
}
