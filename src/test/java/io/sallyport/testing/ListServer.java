package io.sallyport.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** An HTTP server at loopback that serves one revocation list, or whatever else it is told to. */
public final class ListServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "list-server");
        thread.setDaemon(true);
        return thread;
    });
    private final List<String> conditions = new CopyOnWriteArrayList<>();
    private volatile Answer answer = exchange -> exchange.sendResponseHeaders(404, -1);

    /** What is sent. */
    @FunctionalInterface
    public interface Answer {
        void send(HttpExchange exchange) throws IOException;
    }

    private ListServer(HttpServer server) {
        this.server = server;
    }

    /** One that knows nothing yet: 404. */
    public static ListServer open() {
        try {
            ListServer opened =
                    new ListServer(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
            opened.server.setExecutor(opened.threads);
            opened.server.createContext("/", opened::answer);
            opened.server.start();
            return opened;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return url("/ca.crl");
    }

    public String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** Serves a list, with an ETag. */
    public void serve(RevocationList list) {
        serve(list.der());
    }

    /** Serves these bytes, with an ETag. */
    public void serve(byte[] content) {
        String tag = "\"" + java.util.Arrays.hashCode(content) + "\"";
        answer(exchange -> {
            exchange.getResponseHeaders().set("ETag", tag);
            if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
                return;
            }
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
        });
    }

    public void status(int status) {
        answer(exchange -> exchange.sendResponseHeaders(status, -1));
    }

    public void redirect(String to) {
        answer(exchange -> {
            exchange.getResponseHeaders().set("Location", to);
            exchange.sendResponseHeaders(302, -1);
        });
    }

    public void answer(Answer next) {
        answer = next;
    }

    /** The If-None-Match of each request so far, {@code -} where there was none. */
    public List<String> conditions() {
        return conditions;
    }

    private void answer(HttpExchange exchange) throws IOException {
        @Nullable String condition = exchange.getRequestHeaders().getFirst("If-None-Match");
        conditions.add(condition == null ? "-" : condition);
        try (exchange) {
            answer.send(exchange);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
