package io.sallyport.redirect;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request gets that came in plain: the same address by https where a listener with TLS has its name, and no other address
 * in any case. Immutable; safe for use by any thread.
 */
public final class Redirects {
    private static final int HTTPS = 443;
    private static final String CHALLENGE = "/.well-known/acme-challenge/";

    /** Visible ASCII. A browser takes a backslash for a slash, and whoever strips "https://host" would make a host of "//host". */
    private static final Pattern PATH = Pattern.compile("/(?!/)[\\x21-\\x7e&&[^\\\\]]*");

    private final List<Target> targets;
    private final Function<String, Optional<String>> proofs;

    /**
     * A listener with TLS.
     *
     * @param serves whether a certificate or a route of it is for a name
     * @param port where it listens; 0: at no port of ours
     */
    public record Target(Predicate<String> serves, int port) {}

    /**
     * Redirects to these.
     *
     * @param targets the first that serves a name counts
     * @param proofs what a token of a certificate authority is answered with; empty: it is none that is pending
     */
    public Redirects(List<Target> targets, Function<String, Optional<String>> proofs) {
        this.targets = List.copyOf(targets);
        this.proofs = proofs;
    }

    Answer answer(HttpRequest request) {
        @Nullable Throwable fault = request.decoderResult().cause();
        if (fault != null) {
            return broken(fault);
        }
        if (request.protocolVersion().majorVersion() != 1) {
            return Answer.refusal(
                    HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "This port speaks HTTP/1.0 and HTTP/1.1.");
        }
        String path = request.uri();
        if (!PATH.matcher(path).matches()) {
            return Answer.refusal(
                    HttpResponseStatus.BAD_REQUEST,
                    "The target of the request is no path (expected: one slash, then visible ASCII without a backslash).");
        }
        Optional<String> proof = proof(request.method(), path);
        if (proof.isPresent()) {
            return Answer.proof(proof.get());
        }
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        Optional<RequestedHost> host = hosts.size() == 1 ? RequestedHost.parse(hosts.get(0)) : Optional.empty();
        return host.map(each -> redirect(each, path))
                .orElseGet(() -> Answer.refusal(
                        HttpResponseStatus.BAD_REQUEST,
                        "No redirect without one Host header with a host name (expected: Host: NAME or NAME:PORT)."));
    }

    private Answer redirect(RequestedHost host, String path) {
        return targets.stream()
                .filter(each -> each.serves().test(host.name()))
                .findFirst()
                .map(target -> Answer.redirect("https://" + host.name() + port(host, target) + path))
                .orElseGet(() -> Answer.refusal(
                        HttpResponseStatus.MISDIRECTED_REQUEST,
                        "No certificate and no route of this proxy is for the host of the request."));
    }

    /** Who names no port came through 80, and 443 leads where that led from; who names one sees our own ports. */
    private static String port(RequestedHost host, Target target) {
        return host.port() < 0 || target.port() == 0 || target.port() == HTTPS ? "" : ":" + target.port();
    }

    private Optional<String> proof(HttpMethod method, String path) {
        boolean asks = path.startsWith(CHALLENGE) && (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD));
        return asks ? proofs.apply(path.substring(CHALLENGE.length())) : Optional.empty();
    }

    private static Answer broken(Throwable fault) {
        if (fault instanceof TooLongHttpLineException) {
            return Answer.refusal(HttpResponseStatus.REQUEST_URI_TOO_LONG, "The request line is too long.");
        }
        return fault instanceof TooLongHttpHeaderException
                ? Answer.refusal(
                        HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The header of the request is too large.")
                : Answer.refusal(HttpResponseStatus.BAD_REQUEST, "This is no request of HTTP.");
    }
}
