package io.sallyport.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.sallyport.accesslog.TraceWish;
import io.sallyport.log.RateLimitedLog;
import io.sallyport.text.RecordJson;
import io.sallyport.text.SafeJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The paths and what each answers. */
final class Endpoints {

    /** Browsers ask for what this scheme takes, and for no other. */
    private static final String CHALLENGE = "Basic realm=\"Sallyport\", charset=\"UTF-8\"";

    private static final String JSON = "application/json";

    private final RateLimitedLog wrongTokens = new RateLimitedLog(LoggerFactory.getLogger("sallyport.admin"));
    private final AdminSource source;
    private final RequestGuard guard;
    private final Map<String, Endpoint> endpoints = new TreeMap<>();
    private final LivePage page;

    /** @param history null for the paths that Prometheus asks for alone */
    Endpoints(AdminSource source, RequestGuard guard, @Nullable History history) {
        this.source = source;
        this.guard = guard;
        probe("/livez", "whether the process lives", request -> Answer.text(HttpResponseStatus.OK, "ok"));
        probe("/readyz", "whether every listener accepts", request -> readiness());
        add(
                "/metrics",
                HttpMethod.GET,
                "meters, for Prometheus",
                Audience.PROMETHEUS,
                ((Reply) this::metrics).atOnce());
        if (history != null) {
            addForOperators(history);
        }
        page = LivePage.with(links());
    }

    private void addForOperators(History history) {
        read("/", "this page", request -> page());
        read("/events", "what happens now, as server-sent events", Endpoints::events);
        read("/history", "the last hour, in JSON", request -> Answer.of(HttpResponseStatus.OK, JSON, history.json()));
        add("/connections", HttpMethod.GET, "what is open, in JSON", Audience.OPERATORS, this::connections);
        read("/status", "what runs, in JSON", request -> json(json -> RecordJson.write(json, source.status())));
        read("/handshakes", "the latest failed handshakes, in JSON", this::handshakes);
        change("/handshakes/trace", "shows good handshakes there too, for a while", this::trace);
        change("/log-level", "logs at another level for a while", this::logLevel);
        change(ServerChange.PATH, "takes a server out of service, or back: ?state=", this::server);
        change("/drain", "ends as SIGTERM does", "draining", source::drain);
        Runnable reload = source.reload();
        if (reload != null) {
            change("/reload", "loads the configuration again", "reloading: see /status", reload);
        }
    }

    /**
     * What a request gets.
     *
     * @param client who asks, for the log
     * @param thread the admin thread, on which answers that take their time are put together
     */
    CompletableFuture<Answer> answer(HttpRequest request, String client, Executor thread) throws IOException {
        String path = pathOf(request);
        Endpoint endpoint = endpoints.get(ServerChange.hasPath(path) ? ServerChange.PATH : path);
        @Nullable AdminToken token = source.token();
        Audience audience = endpoint == null ? Audience.OPERATORS : endpoint.audience();
        boolean changesState = endpoint != null && endpoint.changesState() && endpoint.takes(request.method());
        String refusal = guard.refusal(request, audience, changesState, token != null);
        if (refusal != null) {
            return now(Answer.text(HttpResponseStatus.FORBIDDEN, refusal));
        }
        if (token != null && audience != Audience.PROBES && !hasToken(request, token, client)) {
            return now(Answer.text(
                            HttpResponseStatus.UNAUTHORIZED,
                            "Authorization: required (expected: Bearer with the token, or Basic with it as the password)")
                    .challenge(CHALLENGE));
        }
        if (endpoint == null) {
            return now(Answer.text(
                    HttpResponseStatus.NOT_FOUND,
                    path + ": not here (expected: " + String.join(", ", endpoints.keySet()) + ")"));
        }
        if (!endpoint.takes(request.method())) {
            return now(Answer.text(HttpResponseStatus.METHOD_NOT_ALLOWED, path + ": use " + endpoint.methods())
                    .allow(endpoint.methods()));
        }
        return endpoint.reply().to(request, thread);
    }

    /** Whether the process ends, and nobody should keep a connection to it. */
    boolean isDraining() {
        return source.state() == AdminSource.State.DRAINING;
    }

    private boolean hasToken(HttpRequest request, AdminToken token, String client) {
        List<String> shown = request.headers().getAll(HttpHeaderNames.AUTHORIZATION);
        boolean admitted = token.admits(shown);
        // Without one it is a browser that has not asked its person yet.
        if (!admitted && !shown.isEmpty()) {
            wrongTokens.at(Level.WARN).addKeyValue("client", client).log("a request with a wrong token");
        }
        return admitted;
    }

    private Answer page() {
        return Answer.page(page.html(), page.policy());
    }

    private String links() {
        StringBuilder links = new StringBuilder();
        endpoints.forEach((path, endpoint) -> links.append("<li>")
                .append(!endpoint.changesState() ? "<a href=\"" + path + "\">" + path + "</a>" : "POST " + path)
                .append(": ")
                .append(endpoint.purpose())
                .append("</li>\n"));
        return links.toString();
    }

    private static Answer events(HttpRequest request) {
        String type = "text/event-stream";
        return request.method().equals(HttpMethod.HEAD)
                ? Answer.of(HttpResponseStatus.OK, type, "")
                : Answer.stream(type);
    }

    private Answer readiness() {
        HttpResponseStatus status = source.state() == AdminSource.State.READY
                ? HttpResponseStatus.OK
                : HttpResponseStatus.SERVICE_UNAVAILABLE;
        return Answer.text(status, stateText());
    }

    private Answer metrics(HttpRequest request) {
        MetricsFormat format = MetricsFormat.accepted(request.headers().get(HttpHeaderNames.ACCEPT));
        return Answer.of(HttpResponseStatus.OK, format.contentType(), source.scrape(format.contentType()));
    }

    private CompletableFuture<Answer> connections(HttpRequest request, Executor thread) {
        ConnectionFilter filter;
        try {
            filter = ConnectionFilter.ofConnections(new QueryStringDecoder(request.uri()).parameters());
        } catch (IllegalArgumentException e) {
            return now(Answer.text(HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage())));
        }
        return source.connections(filter).thenApplyAsync(census -> json(census::write), thread);
    }

    private Answer handshakes(HttpRequest request) {
        ConnectionFilter filter;
        try {
            filter = ConnectionFilter.ofHandshakes(new QueryStringDecoder(request.uri()).parameters());
        } catch (IllegalArgumentException e) {
            return Answer.text(HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
        return json(json -> source.writeHandshakes(json, filter));
    }

    private Answer trace(HttpRequest request) {
        TraceWish wish;
        try {
            wish = TraceQuery.parse(new QueryStringDecoder(request.uri()).parameters());
        } catch (IllegalArgumentException e) {
            return Answer.text(HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
        return source.trace(wish)
                ? Answer.text(
                        HttpResponseStatus.ACCEPTED,
                        "the next " + wish.count() + " good handshakes within "
                                + wish.duration().toSeconds() + " s: see /handshakes?reason=success")
                : Answer.text(HttpResponseStatus.TOO_MANY_REQUESTS, "too many traces are open: wait for their end");
    }

    private Answer logLevel(HttpRequest request) {
        LogLevelQuery query;
        try {
            query = LogLevelQuery.parse(new QueryStringDecoder(request.uri()).parameters());
        } catch (IllegalArgumentException e) {
            return Answer.text(HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
        source.logLevel(query.level(), query.time());
        return Answer.text(HttpResponseStatus.OK, "changed: see log_level of /status");
    }

    private Answer server(HttpRequest request) {
        ServerChange change;
        try {
            change = ServerChange.parse(request.uri());
        } catch (IllegalArgumentException e) {
            return Answer.text(HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
        @Nullable String refusal = source.change(change);
        return refusal == null
                ? Answer.text(
                        HttpResponseStatus.OK,
                        change.server() + " of " + change.backend() + " is set to "
                                + change.state().word() + ": see /status")
                : Answer.text(HttpResponseStatus.NOT_FOUND, refusal);
    }

    private static Answer json(JsonBody body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = SafeJson.to(text)) {
            json.useDefaultPrettyPrinter();
            body.writeTo(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Answer.of(HttpResponseStatus.OK, JSON, text.append('\n').toString());
    }

    private String stateText() {
        return source.state().name().toLowerCase(Locale.ROOT);
    }

    private static String pathOf(HttpRequest request) {
        int query = request.uri().indexOf('?');
        return query < 0 ? request.uri() : request.uri().substring(0, query);
    }

    private void read(String path, String purpose, Reply reply) {
        add(path, HttpMethod.GET, purpose, Audience.OPERATORS, reply.atOnce());
    }

    private void probe(String path, String purpose, Reply reply) {
        add(path, HttpMethod.GET, purpose, Audience.PROBES, reply.atOnce());
    }

    private void change(String path, String purpose, String word, Runnable action) {
        Answer answer = Answer.text(HttpResponseStatus.ACCEPTED, word).then(action);
        change(path, purpose, request -> answer);
    }

    private void change(String path, String purpose, Reply reply) {
        add(path, HttpMethod.POST, purpose, Audience.OPERATORS, reply.atOnce());
    }

    private static CompletableFuture<Answer> now(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private void add(String path, HttpMethod method, String purpose, Audience audience, LaterReply reply) {
        endpoints.put(path, new Endpoint(method, purpose, audience, reply));
    }

    private record Endpoint(HttpMethod method, String purpose, Audience audience, LaterReply reply) {
        boolean changesState() {
            return method.equals(HttpMethod.POST);
        }

        boolean takes(HttpMethod asked) {
            return asked.equals(method) || (asked.equals(HttpMethod.HEAD) && !changesState());
        }

        String methods() {
            return changesState() ? "POST" : "GET, HEAD";
        }
    }

    @FunctionalInterface
    private interface Reply {
        Answer to(HttpRequest request) throws IOException;

        default LaterReply atOnce() {
            return (request, thread) -> now(to(request));
        }
    }

    @FunctionalInterface
    private interface LaterReply {
        CompletableFuture<Answer> to(HttpRequest request, Executor thread) throws IOException;
    }

    @FunctionalInterface
    private interface JsonBody {
        void writeTo(JsonGenerator json) throws IOException;
    }
}
