package io.sallyport.crl;

import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.metrics.CrlMeters.FetchResult;
import io.sallyport.text.SafeText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Gets a list over HTTP, from a server that may be hostile: bounded in size, in time as a whole and in redirects, and held off
 * from inner addresses.
 *
 * <p>The JDK's client. It follows no redirect by itself, as each has to be judged before. It looks names up again after we have, in
 * the JVM's own cache of addresses, which keeps what we judged for half a minute.
 */
final class HttpFetch {
    static final HttpFetch USUAL = new HttpFetch(32 << 20, Duration.ofSeconds(30));

    private static final int REDIRECTS = 3;
    private static final List<Integer> MOVED = List.of(301, 302, 303, 307, 308);
    private static final int LONGEST_VALIDATOR = 256;
    private static final int LONGEST_DETAIL = 300;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final int limit;
    private final Duration deadline;
    private @Nullable HttpClient client;

    /**
     * What the server is told of the list that is there (RFC 9110 section 13.1).
     *
     * @param etag null: it gave none
     * @param lastModified as it wrote it
     */
    record Validators(@Nullable String etag, @Nullable String lastModified) {
        static final Validators NONE = new Validators(null, null);

        boolean isEmpty() {
            return etag == null && lastModified == null;
        }
    }

    /** @param body empty: the list is still the same */
    record Answer(Optional<byte[]> body, Validators validators) {}

    /**
     * One that has no connection yet.
     *
     * @param limit bytes of an answer
     * @param deadline for all of a request, redirects included
     */
    HttpFetch(int limit, Duration deadline) {
        this.limit = limit;
        this.deadline = deadline;
    }

    /** Asks for the list. Blocks, no longer than the deadline and a look-up of a name. */
    Answer get(CrlSubscription wanted, Validators known) throws FetchFailure, InterruptedException {
        long end = System.nanoTime() + deadline.toNanos();
        URI at = wanted.url();
        for (int hop = 0; hop <= REDIRECTS; hop++) {
            if (hop > 0 || !wanted.isConfigured()) {
                checkIsOutside(at, wanted);
            }
            HttpResponse<byte[]> response = send(at, known, end);
            if (!MOVED.contains(response.statusCode())) {
                return answer(response, known);
            }
            at = next(at, response);
        }
        throw new FetchFailure(FetchResult.FORBIDDEN, "more than " + REDIRECTS + " redirects, the last to " + text(at));
    }

    private HttpResponse<byte[]> send(URI url, Validators known, long end) throws FetchFailure, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .header("User-Agent", "Sallyport")
                .header("Accept", "application/pkix-crl, */*");
        if (known.etag() != null) {
            request.header("If-None-Match", known.etag());
        }
        if (known.lastModified() != null) {
            request.header("If-Modified-Since", known.lastModified());
        }
        CompletableFuture<HttpResponse<byte[]>> answer = client().sendAsync(
                        request.build(),
                        head -> head.statusCode() == 200 ? BoundedBody.upTo(limit) : BoundedBody.unwanted());
        try {
            return answer.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new FetchFailure(
                    FetchResult.UNREACHABLE,
                    "no whole answer from " + text(url) + " within " + deadline.toSeconds() + "s");
        } catch (ExecutionException e) {
            throw failure(url, e);
        } finally {
            // Where it is under way still, this closes the connection.
            answer.cancel(true);
        }
    }

    private static FetchFailure failure(URI url, ExecutionException e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
            if (cause instanceof BoundedBody.TooLarge) {
                return new FetchFailure(FetchResult.TOO_LARGE, "the answer is " + cause.getMessage());
            }
        }
        FetchResult result = cause instanceof IOException || e.getCause() instanceof IOException
                ? FetchResult.UNREACHABLE
                : FetchResult.ERROR;
        return new FetchFailure(result, text(url) + ": " + SafeText.line(String.valueOf(e.getCause()), LONGEST_DETAIL));
    }

    private static Answer answer(HttpResponse<byte[]> response, Validators known) throws FetchFailure {
        int status = response.statusCode();
        if (status == 200) {
            return new Answer(
                    Optional.of(response.body()),
                    new Validators(validator(response, "ETag"), validator(response, "Last-Modified")));
        }
        if (status == 304 && !known.isEmpty()) {
            return new Answer(Optional.empty(), known);
        }
        throw new FetchFailure(
                FetchResult.REFUSED,
                text(response.uri()) + " answers " + status + " (expected: 200, or 304 for a list that is there)",
                retryAfter(response));
    }

    private static Duration retryAfter(HttpResponse<?> response) {
        try {
            long seconds = response.headers().firstValueAsLong("Retry-After").orElse(0);
            return Duration.ofSeconds(Math.max(0, Math.min(seconds, Integer.MAX_VALUE)));
        } catch (NumberFormatException e) {
            return Duration.ZERO; // A date, or nonsense.
        }
    }

    private static URI next(URI from, HttpResponse<?> response) throws FetchFailure {
        String location = response.headers().firstValue("Location").orElse("");
        try {
            URI to = CrlFetchConfig.url(from.resolve(location).toString());
            if ("https".equalsIgnoreCase(from.getScheme()) && !"https".equalsIgnoreCase(to.getScheme())) {
                throw new FetchFailure(FetchResult.FORBIDDEN, text(from) + " redirects from https to " + text(to));
            }
            return to;
        } catch (IllegalArgumentException e) {
            throw new FetchFailure(
                    FetchResult.FORBIDDEN,
                    text(from) + " redirects to \"" + SafeText.line(location, LONGEST_DETAIL)
                            + "\" (expected: an http or https URL)");
        }
    }

    private static void checkIsOutside(URI url, CrlSubscription wanted) throws FetchFailure {
        if (wanted.isConfigured() && isSameServer(url, wanted.url())) {
            return;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(url.getHost())) {
                if (InnerAddresses.contains(address)
                        && wanted.networks().stream().noneMatch(network -> network.contains(address))) {
                    throw new FetchFailure(
                            FetchResult.FORBIDDEN,
                            text(url) + " is at the inner address " + address.getHostAddress()
                                    + " (expected: an address of the Internet, or of crl-networks)");
                }
            }
        } catch (UnknownHostException e) {
            throw new FetchFailure(FetchResult.UNREACHABLE, text(url) + ": the name has no address");
        }
    }

    private static boolean isSameServer(URI a, URI b) {
        return a.getHost().equalsIgnoreCase(b.getHost())
                && a.getPort() == b.getPort()
                && a.getScheme().equalsIgnoreCase(b.getScheme());
    }

    /** What a server may choose, and what we send back to it. */
    private static @Nullable String validator(HttpResponse<?> response, String header) {
        return response.headers()
                .firstValue(header)
                .filter(value -> value.length() <= LONGEST_VALIDATOR
                        && value.chars().allMatch(each -> each >= ' ' && each < 127))
                .orElse(null);
    }

    private static String text(URI url) {
        return SafeText.line(url.toString(), LONGEST_DETAIL);
    }

    /** Only once it is needed: it has a thread. */
    private synchronized HttpClient client() {
        HttpClient known = client;
        if (known == null) {
            known = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .connectTimeout(CONNECT)
                    .build();
            client = known;
        }
        return known;
    }
}
