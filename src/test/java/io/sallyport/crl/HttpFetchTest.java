package io.sallyport.crl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.config.value.Cidr;
import io.sallyport.crl.HttpFetch.Answer;
import io.sallyport.crl.HttpFetch.Validators;
import io.sallyport.metrics.CrlMeters.FetchResult;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.ListServer;
import io.sallyport.testing.RefusedPort;
import io.sallyport.tls.path.DistributionPoint;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hostile or broken server of lists can do: nothing but fail, within bounds. */
final class HttpFetchTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final byte[] LIST = ROOT.revocations().der();
    private static final int LIMIT = 1 << 20;

    /** Where the whole answer is there, nothing depends on it. */
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ListServer server = ListServer.open();
    private final ListServer other = ListServer.open();

    @AfterEach
    void close() {
        server.close();
        other.close();
    }

    @Test
    void getsAListAndIsToldLaterThatItIsStillTheSame() throws Exception {
        server.serve(LIST);
        HttpFetch fetch = new HttpFetch(LIMIT, LONG);

        Answer first = fetch.get(configured(), Validators.NONE);
        Answer second = fetch.get(configured(), first.validators());

        assertThat(first.body()).contains(LIST);
        assertThat(second.body()).isEmpty();
        assertThat(server.conditions()).containsExactly("-", first.validators().etag());
    }

    @Test
    void sendsBackWhenAListWasModified() throws Exception {
        server.answer(exchange -> {
            boolean known = exchange.getRequestHeaders().containsKey("If-Modified-Since");
            exchange.getResponseHeaders().set("Last-Modified", "Mon, 30 Nov 2026 00:00:00 GMT");
            exchange.sendResponseHeaders(known ? 304 : 200, known ? -1 : LIST.length);
            if (!known) {
                exchange.getResponseBody().write(LIST);
            }
        });
        HttpFetch fetch = new HttpFetch(LIMIT, LONG);

        Answer first = fetch.get(configured(), Validators.NONE);

        assertThat(fetch.get(configured(), first.validators()).body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304, 400, 404, 410, 500, 503})
    void takesNoOtherStatus(int status) {
        server.status(status);

        assertThat(failure(configured(), LONG))
                .returns(FetchResult.REFUSED, FetchFailure::result)
                .hasMessageContaining("answers " + status);
    }

    @Test
    void hearsWhenItIsAskedTooOften() {
        server.answer(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "120");
            exchange.sendResponseHeaders(429, -1);
        });

        assertThat(failure(configured(), LONG).retryAfter()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void stopsReadingAnAnswerWithoutEnd() {
        server.answer(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            writeForEver(exchange.getResponseBody());
        });

        assertThat(failure(configured(), LONG)).returns(FetchResult.TOO_LARGE, FetchFailure::result);
    }

    @Test
    void doesNotReadA100MegabyteAnswer() {
        server.answer(exchange -> {
            exchange.sendResponseHeaders(200, 100 << 20);
            writeForEver(exchange.getResponseBody());
        });

        assertThat(failure(configured(), LONG)).returns(FetchResult.TOO_LARGE, FetchFailure::result);
    }

    @Test
    void doesNotReadAnErrorPageWithoutEnd() {
        server.answer(exchange -> {
            exchange.sendResponseHeaders(500, 0);
            writeForEver(exchange.getResponseBody());
        });

        assertThat(failure(configured(), LONG)).returns(FetchResult.REFUSED, FetchFailure::result);
    }

    @Test
    void doesNotWaitForAnAnswerThatTrickles() {
        CountDownLatch over = new CountDownLatch(1);
        server.answer(exchange -> {
            exchange.sendResponseHeaders(200, LIST.length);
            exchange.getResponseBody().write(LIST, 0, 10);
            exchange.getResponseBody().flush();
            await(over);
        });

        assertThat(failure(configured(), Duration.ofMillis(500)))
                .returns(FetchResult.UNREACHABLE, FetchFailure::result)
                .hasMessageContaining("no whole answer");
        over.countDown();
    }

    @Test
    void doesNotWaitForAServerThatSaysNothing() {
        CountDownLatch over = new CountDownLatch(1);
        server.answer(exchange -> await(over));

        assertThat(failure(configured(), Duration.ofMillis(500)))
                .returns(FetchResult.UNREACHABLE, FetchFailure::result);
        over.countDown();
    }

    @Test
    void tellsThatNobodyListens() throws Exception {
        try (RefusedPort port = new RefusedPort()) {
            CrlSubscription nobody =
                    subscription("http://127.0.0.1:" + port.address().getPort() + "/ca.crl", List.of(), true);

            assertThat(failure(nobody, LONG)).returns(FetchResult.UNREACHABLE, FetchFailure::result);
        }
    }

    @Test
    void leavesALoopOfRedirects() {
        server.redirect(server.url("/again"));

        assertThat(failure(configured(), LONG))
                .returns(FetchResult.FORBIDDEN, FetchFailure::result)
                .hasMessageContaining("more than 3 redirects");
        assertThat(server.conditions()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://127.0.0.1/ca.crl",
                "jar:file:///x.jar!/ca.crl",
                "http://user:secret@127.0.0.1/",
                "http://",
                "::",
                "",
                "\u0007"
            })
    void followsNoRedirectThatIsNoHttp(String location) {
        server.redirect(location);

        FetchResult result = failure(configured(), LONG).result();

        // The client refuses a header with a control character by itself.
        assertThat(result).isIn(FetchResult.FORBIDDEN, FetchResult.UNREACHABLE);
    }

    @Test
    void followsARedirectWithinAServerThatTheOperatorHasNamed() throws Exception {
        server.answer(exchange -> {
            if (exchange.getRequestURI().getPath().equals("/ca.crl")) {
                exchange.getResponseHeaders().set("Location", "/moved/ca.crl");
                exchange.sendResponseHeaders(301, -1);
            } else {
                exchange.sendResponseHeaders(200, LIST.length);
                exchange.getResponseBody().write(LIST);
            }
        });

        assertThat(new HttpFetch(LIMIT, LONG).get(configured(), Validators.NONE).body())
                .contains(LIST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "2130706433", "localhost", "[::ffff:127.0.0.1]"})
    void followsNoRedirectToAnInnerAddressHoweverItIsWritten(String host) {
        other.serve(LIST);
        server.redirect(other.url().replace("127.0.0.1", host));

        assertThat(failure(configured(), LONG))
                .returns(FetchResult.FORBIDDEN, FetchFailure::result)
                .hasMessageContaining("inner address");
        assertThat(other.conditions()).isEmpty();
    }

    @Test
    void followsARedirectToAnInnerNetworkThatIsConfigured() throws Exception {
        other.serve(LIST);
        server.redirect(other.url());
        CrlSubscription allowed = subscription(server.url(), List.of(Cidr.parse("127.0.0.0/8")), true);

        assertThat(new HttpFetch(LIMIT, LONG).get(allowed, Validators.NONE).body())
                .contains(LIST);
    }

    @Test
    void asksNoInnerAddressThatACertificateNames() throws Exception {
        server.serve(LIST);

        assertThat(failure(subscription(server.url(), List.of(), false), LONG))
                .returns(FetchResult.FORBIDDEN, FetchFailure::result);
        assertThat(server.conditions()).isEmpty();
        CrlSubscription allowed = subscription(server.url(), List.of(Cidr.parse("127.0.0.1")), false);
        assertThat(new HttpFetch(LIMIT, LONG).get(allowed, Validators.NONE).body())
                .contains(LIST);
    }

    private CrlSubscription configured() {
        return subscription(server.url(), List.of(), true);
    }

    private static CrlSubscription subscription(String url, List<Cidr> networks, boolean byOperator) {
        CrlFetchConfig config = new CrlFetchConfig(List.of(), true, Duration.ofHours(1), Path.of("nowhere"), networks);
        URI uri = URI.create(url);
        return byOperator
                ? CrlSubscription.configured(config, uri, List.of(ROOT.certificate()))
                : CrlSubscription.of(
                        config,
                        new DistributionPoint(uri, ROOT.certificate(), ROOT.certificate()),
                        Path.of("nowhere/x.crl"));
    }

    private static FetchFailure failure(CrlSubscription wanted, Duration deadline) {
        return catchThrowableOfType(
                FetchFailure.class, () -> new HttpFetch(LIMIT, deadline).get(wanted, Validators.NONE));
    }

    /** Ends when the other side has closed the connection. */
    private static void writeForEver(OutputStream out) throws java.io.IOException {
        byte[] junk = new byte[64 << 10];
        while (true) {
            out.write(junk);
        }
    }

    private static void await(CountDownLatch over) {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
