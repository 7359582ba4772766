package io.sallyport.server;

import io.sallyport.config.ConfigProblem;
import io.sallyport.config.HostPort;
import io.sallyport.config.ProxyConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a reload cannot change, and says so rather than doing it by half. */
final class Unchangeable {
    private static final String RULE = " (expected: as at start; restart to change it)";

    private Unchangeable() {}

    static List<ConfigProblem> problems(ProxyConfig serving, ProxyConfig next) {
        List<ConfigProblem> problems = new ArrayList<>();
        if (next.eventLoops() != serving.eventLoops()) {
            problems.add(new ConfigProblem("", "event-loops", next.eventLoops() + RULE));
        }
        if (next.transport() != serving.transport()) {
            problems.add(
                    new ConfigProblem("", "transport", next.transport().name().toLowerCase(Locale.ROOT) + RULE));
        }
        if (!Objects.equals(next.admin().bind(), serving.admin().bind())) {
            problems.add(new ConfigProblem("", "admin.bind", text(next.admin().bind()) + RULE));
        }
        if (!Objects.equals(next.metrics().bind(), serving.metrics().bind())) {
            problems.add(
                    new ConfigProblem("", "metrics.bind", text(next.metrics().bind()) + RULE));
        }
        if (next.log().format() != serving.log().format()) {
            problems.add(new ConfigProblem("", "log.format", next.log().format().word() + RULE));
        }
        if (!next.accessLog().equals(serving.accessLog())) {
            problems.add(
                    new ConfigProblem("", "access-log.target", next.accessLog().target() + RULE));
        }
        if (next.reload().watch() != serving.reload().watch()) {
            problems.add(new ConfigProblem("", "reload.watch", (next.reload().watch() ? "on" : "off") + RULE));
        }
        if (!next.reload().poll().equals(serving.reload().poll())) {
            problems.add(
                    new ConfigProblem("", "reload.poll", next.reload().poll().toMillis() + "ms" + RULE));
        }
        return problems;
    }

    private static String text(@Nullable HostPort bind) {
        return "\"" + (bind == null ? "" : bind) + "\"";
    }
}
