package io.sallyport.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sallyport.accesslog.ConnectionCensus;
import io.sallyport.accesslog.TraceWish;
import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.ServerState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminServerTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final AdminTimeouts PATIENT = new AdminTimeouts(LONG, LONG, LONG, LONG, LONG, LONG);

    private final FakeSource source = new FakeSource();
    private final List<AdminServer> servers = new ArrayList<>();
    private InetSocketAddress address = loopback();

    @BeforeEach
    void start() throws IOException {
        serve(loopback(), PATIENT);
    }

    @AfterEach
    void stop() {
        servers.forEach(AdminServer::close);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /livez      | text/plain; charset=utf-8                | ok
        /readyz     | text/plain; charset=utf-8                | ready
        /metrics    | text/plain; version=0.0.4; charset=utf-8 | a_total 1
        /status     | application/json                         | "state" : "fine"
        /handshakes | application/json                         | [ ]
        /           | text/html; charset=utf-8                 | <a href="/status">
        """)
    void answersEachPath(String path, String contentType, String part) throws IOException {
        HttpReply reply = get(path);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo(contentType);
        assertThat(reply.body()).contains(part).endsWith("\n");
    }

    @ParameterizedTest
    @EnumSource
    void readinessFollowsTheState(AdminSource.State state) throws IOException {
        source.state = state;

        HttpReply reply = get("/readyz");

        assertThat(reply.status()).isEqualTo(state == AdminSource.State.READY ? 200 : 503);
        assertThat(reply.body()).isEqualToIgnoringCase(state + "\n");
        assertThat(get("/livez").status()).isEqualTo(200);
    }

    @Test
    void metricsAreOpenMetricsForWhoAsksForThem() throws IOException {
        HttpReply reply = ask(
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: application/openmetrics-text;q=0.5,*/*\r\n\r\n");

        assertThat(reply.header("content-type")).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(reply.body()).startsWith("# application/openmetrics-text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/livez", "/readyz", "/metrics", "/status", "/handshakes"})
    void headIsGetWithoutTheBody(String path) throws IOException {
        try (HttpSocket client = new HttpSocket(address)) {
            client.send("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n" + request("GET", path));

            HttpReply head = client.head();
            HttpReply get = client.reply();

            assertThat(head.status()).isEqualTo(get.status());
            assertThat(head.headers()).isEqualTo(get.headers());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /livez, 'GET, HEAD'",
        "PUT, /status, 'GET, HEAD'",
        "OPTIONS, /drain, POST",
        "GET, /drain, POST",
        "HEAD, /drain, POST"
    })
    void aWrongMethodIsToldTheRightOne(String method, String path, String allow) throws IOException {
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request(method, path));

            HttpReply reply = client.head();

            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.header("allow")).isEqualTo(allow);
            assertThat(source.drains).hasValue(0);
        }
    }

    @Test
    void anUnknownPathIsToldTheKnownOnes() throws IOException {
        HttpReply reply = get("/metricz");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body())
                .isEqualTo("/metricz: not here"
                        + " (expected: /, /backends/NAME/servers/ADDRESS, /connections, /drain, /events, /handshakes, /handshakes/trace, /history, /livez, /log-level, /metrics,"
                        + " /readyz, /status)\n");
    }

    @Test
    void everyAnswerIsLockedDown() throws IOException {
        for (String path : List.of("/", "/status", "/nowhere", "/drain")) {
            HttpReply reply = get(path);
            assertThat(reply.header("content-security-policy")).startsWith("default-src 'none'");
            assertThat(reply.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(reply.header("cache-control")).isEqualTo("no-store");
            assertThat(reply.header("access-control-allow-origin")).isNull();
        }
    }

    @Test
    void thePageMayRunItsOwnScriptAndNothingElse() throws IOException {
        HttpReply reply = get("/");

        assertThat(reply.header("content-security-policy"))
                .contains("connect-src 'self'", "script-src 'sha256-", "style-src 'sha256-")
                .doesNotContain("unsafe", "http:", "https:", "*");
        assertThat(reply.body()).doesNotContain("src=", "@import", "url(", "<!--", "/*page", "onclick", "style=");
    }

    @Test
    void eventsFollowUntilTheClientLeaves() throws IOException {
        serve(loopback(), new AdminTimeouts(SHORT, SHORT, SHORT, SHORT, Duration.ofMillis(20), LONG));
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request("GET", "/events"));

            HttpReply head = client.head();
            assertThat(head.header("content-type")).isEqualTo("text/event-stream");
            for (int i = 0; i < 20; i++) {
                assertThat(client.chunk()).isEqualTo("data: {\"state\":\"fine\"}\n\n");
            }
        }
        assertNobodyIsMeasuredFor();
    }

    @Test
    void everyOneWhoFollowsGetsTheSameSample() throws IOException {
        serve(loopback(), PATIENT);
        List<HttpSocket> clients = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            HttpSocket client = new HttpSocket(address);
            clients.add(client);
            client.send(request("GET", "/events"));
            client.head();
            assertThat(client.chunk()).startsWith("data: ");
        }
        // One more than there may be: the oldest made place.
        assertThat(clients.get(0).isClosed()).isTrue();
        for (HttpSocket client : clients) {
            client.close();
        }
    }

    @Test
    void aSampleThatFailsLeavesTheStreamOpen() throws IOException {
        source.failure = new IllegalStateException("no");
        serve(loopback(), new AdminTimeouts(LONG, LONG, LONG, LONG, Duration.ofMillis(20), LONG));
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request("GET", "/events"));
            client.head();
            assertThat(client.chunk()).isEqualTo(": no sample\n\n");
            source.failure = null;

            await().until(() -> client.chunk().startsWith("data: "));
        }
    }

    @Test
    void aFollowerThatReadsNothingIsClosed() throws IOException {
        source.padding = "x".repeat(100_000);
        serve(loopback(), new AdminTimeouts(LONG, LONG, LONG, LONG, Duration.ofMillis(5), LONG));
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request("GET", "/events"));
            client.head();

            assertNobodyIsMeasuredFor();
        }
    }

    /** The count of samples stands still over many of the intervals in which another would have come. */
    private void assertNobodyIsMeasuredFor() {
        AtomicInteger last = new AtomicInteger(-1);
        await().during(Duration.ofMillis(300)).until(() -> {
            int now = source.samples.get();
            return last.getAndSet(now) == now;
        });
    }

    @Test
    void drainIsAnsweredBeforeItBegins() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        AtomicInteger drainedAfterAnswer = new AtomicInteger();
        source.onDrain = () -> drainedAfterAnswer.addAndGet(arrived(answered) ? 1 : 0);
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request("POST", "/drain"));

            assertThat(client.reply().status()).isEqualTo(202);
            answered.countDown();
        }

        await().until(() -> drainedAfterAnswer.get() == 1);
        assertThat(source.drains).hasValue(1);
    }

    @Test
    void reloadIsThereWhenTheSourceHasOne() throws IOException {
        assertThat(ask(request("POST", "/reload")).status()).isEqualTo(404);
        AtomicInteger reloads = new AtomicInteger();
        source.reload = reloads::incrementAndGet;
        serve(loopback(), PATIENT);

        assertThat(ask(request("POST", "/reload")).status()).isEqualTo(202);
        await().until(() -> reloads.get() == 1);
    }

    @ParameterizedTest
    @CsvSource({
        "level=debug, debug PT10M",
        "level=OFF&for=90s, off PT1M30S",
        "level=warn&level=error&for=1h30m, error PT1H30M",
        "for=24h&level=info, info PT24H"
    })
    void theLogLevelIsChangedForAWhile(String query, String change) throws IOException {
        assertThat(ask(request("POST", "/log-level?" + query)).status()).isEqualTo(200);

        assertThat(source.levels).containsExactly(change);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        for=10m               | level: required
        level=trace           | level: "trace" (expected: off
        level=debug&for=10    | for: "10" (expected: a duration
        level=debug&for=0s    | for: "0s" (expected: a duration
        level=debug&for=-5m   | for: "-5m" (expected: a duration
        level=debug&for=25h   | for: "25h" (expected: a duration
        level=debug&for=      | for: "" (expected: a duration
        level=debug&time=1m   | "time": unknown parameter (expected: level, for)
        """)
    void aLogLevelThatIsNoneChangesNothing(String query, String problem) throws IOException {
        HttpReply reply = ask(request("POST", "/log-level?" + query));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).startsWith(problem);
        assertThat(source.levels).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/backends/app/servers/127.0.0.1:80?state=drain, app, 127.0.0.1:80, DRAIN",
        "/backends/app/servers/%5B2001:db8::1%5D:80?state=ready, app, [2001:db8::1]:80, READY",
        "/backends/app/servers/[2001:db8::1]:80?state=maintenance, app, [2001:db8::1]:80, MAINTENANCE",
        "/backends/a%2Fb%20c/servers/unix:/run/app.sock?state=ready, a/b c, unix:/run/app.sock, READY"
    })
    void aServerIsTakenOutOfServiceAndBack(String uri, String backend, String server, ServerState state)
            throws IOException {
        HttpReply reply = ask(request("POST", uri));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(source.changes).containsExactly(new ServerChange(backend, server, state));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /backends/app/servers/a:1                        | 400 | state: required (expected: ready
        /backends/app/servers/a:1?state=DRAIN            | 400 | state: "DRAIN" (expected: ready
        /backends/app/servers/a:1?state=drain&state=up   | 400 | state: more than one (expected: ready
        /backends/app/servers/a:1?state=drain&for=1h     | 400 | "for": unknown parameter (expected: state)
        /backends/none/servers/a:1?state=drain           | 404 | backend "none": none of that name
        /backends/app?state=drain                        | 404 | /backends/app: not here
        /backends/servers/a:1?state=drain                | 404 | /backends/servers/a:1: not here
        """)
    void aChangeOfAServerThatIsNoneIsRefused(String uri, int status, String problem) throws IOException {
        HttpReply reply = ask(request("POST", uri));

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.body()).startsWith(problem);
        assertThat(source.changes).allMatch(change -> change.backend().equals("none"));
    }

    @Test
    void aForeignPageCannotChangeTheLogLevel() throws IOException {
        for (String header : List.of("Host: evil.example", "Host: localhost\r\nOrigin: http://evil.example")) {
            assertThat(ask("POST /log-level?level=off HTTP/1.1\r\n" + header + "\r\n\r\n")
                            .status())
                    .isEqualTo(403);
        }
        assertThat(get("/log-level?level=off").status()).isEqualTo(405);
        assertThat(source.levels).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: https://localhost",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site"
            })
    void aForeignPageCannotDrain(String header) throws IOException {
        HttpReply reply = ask(post("localhost", header));

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).startsWith(header.substring(0, header.indexOf(':')));
        assertThat(source.drains).hasValue(0);
    }

    @Test
    void ourOwnPageCanDrain() throws IOException {
        HttpReply reply = ask(post("localhost:9901", "Origin: http://localhost:9901\r\nSec-Fetch-Site: same-origin"));

        assertThat(reply.status()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example:9901",
                "10.0.0.1",
                "[::2]",
                "[",
                ""
            })
    void aNameThatWasMadeToPointHereIsRefused(String host) throws IOException {
        for (String method : List.of("GET /status", "POST /drain")) {
            HttpReply reply = ask(method + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            assertThat(reply.status()).isEqualTo(403);
        }
        assertThat(source.drains).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:9901",
                "localhost.",
                "app.localhost",
                "127.0.0.1:80",
                "127.1.2.3",
                "[::1]:9901"
            })
    void everyNameOfLoopbackIsTaken(String host) throws IOException {
        assertThat(ask("GET /status HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status())
                .isEqualTo(200);
    }

    /** A browser in the network that shows a page whose name was made to point here; Prometheus knows services by name. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0.0.0.0 | evil.example        | /status     | 403
        0.0.0.0 | evil.example        | /           | 403
        0.0.0.0 | evil.example        | /events     | 403
        0.0.0.0 | evil.example        | /handshakes | 403
        0.0.0.0 | evil.example        | /nowhere    | 403
        0.0.0.0 | 10.1.2.3.evil:9901  | /status     | 403
        0.0.0.0 | 0x0a010203          | /status     | 403
        0.0.0.0 | 10.1.2.3:9901       | /status     | 200
        0.0.0.0 | [fd00::1]:9901      | /status     | 200
        0.0.0.0 | [::ffff:10.1.2.3]   | /status     | 200
        0.0.0.0 | localhost:9901      | /status     | 200
        0.0.0.0 | sallyport.prod:9901 | /metrics    | 200
        0.0.0.0 | lb.example          | /readyz     | 200
        0.0.0.0 | lb.example          | /livez      | 200
        ::      | evil.example        | /status     | 403
        ::      | 10.1.2.3            | /status     | 200
        """)
    void whereOthersComeANameIsTakenForMetersAndProbesAlone(String bind, String host, String path, int status)
            throws IOException {
        serve(new InetSocketAddress(bind, 0), PATIENT);

        try (HttpSocket client = new HttpSocket(address)) {
            client.send("HEAD " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            assertThat(client.head().status()).isEqualTo(status);
        }
    }

    @Test
    void theNameThatIsConfiguredIsTaken() throws IOException {
        InetAddress named = InetAddress.getByAddress("Proxy.Internal", new byte[] {127, 0, 0, 1});
        serve(new InetSocketAddress(named, 0), PATIENT);

        assertThat(ask("GET /status HTTP/1.1\r\nHost: proxy.internal:9901\r\n\r\n")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/drain",
                "/reload",
                "/log-level?level=debug",
                "/handshakes/trace?source=10.0.0.1",
                "/backends/app/servers/a:1?state=drain"
            })
    void whereOthersComeNothingIsChangedWithoutAToken(String path) throws IOException {
        source.reload = source.drains::incrementAndGet;
        serve(new InetSocketAddress("0.0.0.0", 0), PATIENT);

        HttpReply reply = ask(request("POST", path));

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).contains("without a token").contains("expected: admin.token-file, or a loopback");
        assertThat(source.drains).hasValue(0);
        assertThat(source.levels).isEmpty();
        assertThat(source.wishes).isEmpty();
        assertThat(source.changes).isEmpty();
        assertThat(get("/drain").status()).isEqualTo(405);
    }

    @Test
    void withATokenOthersMayChangeItUnderAnyName() throws IOException {
        source.token = new AdminToken("a-token-for-nobody".getBytes(StandardCharsets.US_ASCII));
        serve(new InetSocketAddress("0.0.0.0", 0), PATIENT);
        String bearer = "Authorization: Bearer a-token-for-nobody";

        assertThat(ask(post("proxy.example", bearer + "\r\nOrigin: http://evil.example"))
                        .status())
                .isEqualTo(403);
        assertThat(source.drains).hasValue(0);
        assertThat(ask(post("proxy.example", bearer)).status()).isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /metrics, 200", "HEAD, /metrics, 200", "GET, /livez, 200", "GET, /readyz, 200", "POST, /metrics, 405",
        "GET, /, 404", "GET, /status, 404", "GET, /events, 404", "GET, /handshakes, 404", "POST, /drain, 404",
        "POST, /reload, 404", "POST, /log-level?level=debug, 404", "POST, /backends/app/servers/a:1?state=drain, 404"
    })
    void theMetricsListenerAnswersMetersAndProbesAlone(String method, String path, int status) throws IOException {
        source.reload = source.drains::incrementAndGet;
        serve(new InetSocketAddress("0.0.0.0", 0), AdminPaths.METRICS, PATIENT);

        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request(method, path));
            assertThat(client.head().status()).isEqualTo(status);
        }
        assertThat(source.drains).hasValue(0);
        assertThat(get("/nowhere").body()).isEqualTo("/nowhere: not here (expected: /livez, /metrics, /readyz)\n");
    }

    @Test
    void theMetricsListenerAsksForTheTokenToo() throws IOException {
        source.token = new AdminToken("a-token-for-nobody".getBytes(StandardCharsets.US_ASCII));
        serve(new InetSocketAddress("0.0.0.0", 0), AdminPaths.METRICS, PATIENT);

        assertThat(get("/metrics").status()).isEqualTo(401);
        assertThat(get("/readyz").status()).isEqualTo(200);
        assertThat(ask("GET /metrics HTTP/1.1\r\nHost: a.b\r\nAuthorization: Bearer a-token-for-nobody\r\n\r\n")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void twoHostsAreOneTooMany() throws IOException {
        assertThat(ask("GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aConnectionIsKeptAndClosedAsTheClientSays() throws IOException {
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request("GET", "/livez"));
            assertThat(client.reply().status()).isEqualTo(200);
            client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(client.reply().header("connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void anOldClientWithoutHostIsAnswered() throws IOException {
        try (HttpSocket client = new HttpSocket(address)) {
            client.send("GET /livez HTTP/1.0\r\n\r\n");
            assertThat(client.reply().body()).isEqualTo("ok\n");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws IOException {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            requests.append(request("GET", "/no-" + i));
        }
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(requests.toString());
            for (int i = 0; i < 300; i++) {
                assertThat(client.reply().body()).startsWith("/no-" + i + ":");
            }
        }
    }

    @Test
    void aClientThatReadsNothingIsCutOffAndCostsFewAnswers() throws IOException {
        serve(loopback(), new AdminTimeouts(LONG, LONG, SHORT, LONG, LONG, LONG));
        source.metrics = "m".repeat(8 << 20);
        try (HttpSocket client = new HttpSocket(address)) {
            assertThatThrownBy(() -> {
                        while (true) {
                            client.send(request("GET", "/metrics").repeat(100));
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
        assertThat(source.scrapes).hasValue(1);
        assertThat(get("/livez").status()).isEqualTo(200);
    }

    @Test
    void aClientThatDripsItsRequestIsCutOff() throws IOException {
        serve(loopback(), new AdminTimeouts(SHORT, LONG, LONG, LONG, LONG, LONG));
        try (HttpSocket client = new HttpSocket(address)) {
            client.send("GET /livez HTTP/1.1\r\nHo");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aClientThatComesForNothingIsCutOff() throws IOException {
        serve(loopback(), new AdminTimeouts(LONG, SHORT, LONG, LONG, LONG, LONG));
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request("GET", "/livez"));
            assertThat(client.reply().status()).isEqualTo(200);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aClientThatNeverLeavesIsCutOff() throws IOException {
        serve(loopback(), new AdminTimeouts(LONG, LONG, LONG, SHORT, LONG, LONG));
        try (HttpSocket client = new HttpSocket(address)) {
            client.send("nonsense\r\n\r\n");
            assertThat(client.reply().status()).isEqualTo(400);
            assertThat(client.isClosed()).isTrue();
            assertThatThrownBy(() -> {
                        while (true) {
                            client.send("more");
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"nonsense, 400", "GET /livez, 400", "GET /livez HTTP/x.y, 400", "'\0\0\0', 400"})
    void nonsenseIsRefused(String line, int status) throws IOException {
        HttpReply reply = ask(line + "\r\n\r\n");

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.header("connection")).isEqualTo("close");
    }

    @Test
    void tooLongALineIsRefused() throws IOException {
        assertThat(ask("GET /" + "x".repeat(5000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .status())
                .isEqualTo(414);
    }

    @Test
    void tooManyHeadersAreRefused() throws IOException {
        assertThat(ask("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(9000) + "\r\n\r\n")
                        .status())
                .isEqualTo(431);
    }

    @Test
    void tooLongABodyIsRefusedAndNothingHappens() throws IOException {
        String head = "POST /drain HTTP/1.1\r\nHost: localhost\r\n";
        String body = "x".repeat(9000);
        assertThat(ask(head + "Content-Length: 9000\r\n\r\n" + body).status()).isEqualTo(413);
        assertThat(ask(head + "Transfer-Encoding: chunked\r\n\r\n2328\r\n" + body + "\r\n0\r\n\r\n")
                        .status())
                .isEqualTo(413);
        assertThat(source.drains).hasValue(0);
    }

    @Test
    void theAnswerToTooLongABodyIsNotLostToAReset() throws IOException {
        try (HttpSocket client = new HttpSocket(address)) {
            client.send("POST /drain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n");
            client.send("x".repeat(2_000_000));
            assertThat(client.reply().status()).isEqualTo(413);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void theOldestConnectionMakesPlaceForTheNewest() throws IOException {
        List<HttpSocket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 64; i++) {
                HttpSocket client = new HttpSocket(address);
                clients.add(client);
                client.send(request("GET", "/livez"));
                assertThat(client.reply().status()).isEqualTo(200);
            }
            assertThat(get("/readyz").status()).isEqualTo(200);

            assertThat(clients.get(0).isClosed()).isTrue();
            clients.get(1).send(request("GET", "/livez"));
            assertThat(clients.get(1).reply().status()).isEqualTo(200);
        } finally {
            for (HttpSocket client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aFailureOfTheSourceIsNoFailureOfTheServer() throws IOException {
        source.failure = new IllegalStateException("broken");
        assertThat(get("/status").status()).isEqualTo(500);
        assertThat(get("/status").body()).doesNotContain("broken");
        source.failure = null;
        assertThat(get("/status").status()).isEqualTo(200);
    }

    @Test
    void theQueryNarrowsTheHandshakes() throws IOException {
        assertThat(get("/handshakes?listener=https&reason=time%6fut&source=10.0.0.0/8&connection=4f&limit=7")
                        .status())
                .isEqualTo(200);
        assertThat(get("/handshakes").status()).isEqualTo(200);

        assertThat(source.filters)
                .containsExactly(
                        new ConnectionFilter("https", "timeout", Cidr.parse("10.0.0.0/8"), "4f", 7),
                        new ConnectionFilter(null, null, null, null, 100));
    }

    @Test
    void whatIsOpenIsToldOnceItIsCounted() throws IOException {
        source.census = new CompletableFuture<>();
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request("GET", "/connections?source=10.0.0.0/8"));
            await().until(() -> !source.filters.isEmpty());
            source.census.complete(new ConnectionCensus(List.of(), 1));

            HttpReply reply = client.reply();
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.body()).contains("\"open\" : 0");
            client.send(request("GET", "/livez"));
            assertThat(client.reply().status()).isEqualTo(200);
        }
        assertThat(get("/connections?reason=timeout").body())
                .isEqualTo("\"reason\": unknown parameter (expected: listener, source, connection, limit)\n");
    }

    @Test
    void aCountThatFailsIsAnInternalError() throws IOException {
        source.census = CompletableFuture.failedFuture(new IllegalStateException("broken"));

        HttpReply reply = get("/connections");

        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.body()).doesNotContain("broken");
    }

    @Test
    void theLastHourIsThereForWhoComesLater() throws IOException {
        await().untilAsserted(() -> assertThat(get("/history").body()).isEqualTo("[{\"state\":\"fine\"}]\n"));
    }

    @Test
    void aTraceIsAskedForWithItsBounds() throws IOException {
        assertThat(ask(request("POST", "/handshakes/trace?source=192.0.2.7&seconds=5&count=2"))
                        .status())
                .isEqualTo(202);
        assertThat(ask(request("POST", "/handshakes/trace?server-name=API.example.com"))
                        .status())
                .isEqualTo(202);

        assertThat(source.wishes)
                .containsExactly(
                        new TraceWish(Cidr.parse("192.0.2.7"), null, Duration.ofSeconds(5), 2),
                        new TraceWish(null, "api.example.com", Duration.ofSeconds(60), 10));
        assertThat(ask(request("POST", "/handshakes/trace?server-name=a")).status())
                .isEqualTo(429);
    }

    @Test
    void aForeignPageCannotAskForATrace() throws IOException {
        String foreign = "Host: localhost\r\nOrigin: http://evil.example\r\n\r\n";
        assertThat(ask("POST /handshakes/trace?server-name=a HTTP/1.1\r\n" + foreign)
                        .status())
                .isEqualTo(403);
        assertThat(get("/handshakes/trace?server-name=a").status()).isEqualTo(405);
        assertThat(source.wishes).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        seconds=5              | source or server-name: required
        source=a&seconds=0     | source: "a" (expected: an address, or a network as 10.0.0.0/8 with no bit set behind its prefix)
        server-name=a&count=0  | count: "0" (expected: 1..100)
        server-name=a&seconds= | seconds: "" (expected: 1..3600)
        sni=a                  | "sni": unknown parameter (expected: source, server-name, seconds, count)
        """)
    void aTraceThatMeansNothingIsToldSo(String query, String message) throws IOException {
        HttpReply reply = ask(request("POST", "/handshakes/trace?" + query));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).isEqualTo(message + "\n");
        assertThat(source.wishes).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        limit=0     | limit: "0" (expected: 1..1000)
        limit=1e3   | limit: "1e3" (expected: 1..1000)
        limit=      | limit: "" (expected: 1..1000)
        lisener=a   | "lisener": unknown parameter (expected: listener, reason, source, connection, limit)
        source=ten  | source: "ten" (expected: an address, or a network as 10.0.0.0/8 with no bit set behind its prefix)
        """)
    void aQueryThatMeansNothingIsToldSo(String query, String message) throws IOException {
        HttpReply reply = get("/handshakes?" + query);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).isEqualTo(message + "\n");
    }

    @Test
    void aTakenPortIsToldInTheKernelsWords() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress same = new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());

            assertThatThrownBy(() -> AdminServer.bind(same, source, AdminPaths.ADMIN))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Address already in use");
        }
    }

    @Test
    void twoOfUsNeverShareAPort() {
        assertThatThrownBy(() -> AdminServer.bind(address, source, AdminPaths.ADMIN))
                .hasMessageContaining("Address already in use");
    }

    @Test
    void aClientThatComesEarlyWaits() throws IOException {
        AdminServer server = AdminServer.bind(loopback(), source, AdminPaths.ADMIN);
        servers.add(server);
        try (HttpSocket client = new HttpSocket(server.address())) {
            client.send(request("GET", "/livez"));
            assertThat(source.scrapes).hasValue(0);
            server.serve();
            assertThat(client.reply().body()).isEqualTo("ok\n");
        }
    }

    @Test
    void aCloseFreesThePortAndEndsTheConnections() throws IOException {
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request("GET", "/livez"));
            assertThat(client.reply().status()).isEqualTo(200);

            servers.get(0).close();

            assertThat(client.isClosed()).isTrue();
        }
        serve(address, PATIENT);
        assertThat(get("/livez").status()).isEqualTo(200);
    }

    private void serve(InetSocketAddress bind, AdminTimeouts timeouts) throws IOException {
        serve(bind, AdminPaths.ADMIN, timeouts);
    }

    private void serve(InetSocketAddress bind, AdminPaths paths, AdminTimeouts timeouts) throws IOException {
        AdminServer server = AdminServer.bind(bind, source, paths, timeouts);
        servers.add(server);
        server.serve();
        address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), server.address().getPort());
    }

    private HttpReply get(String path) throws IOException {
        return ask(request("GET", path));
    }

    private HttpReply ask(String request) throws IOException {
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request);
            return client.reply();
        }
    }

    private static String request(String method, String path) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    private static String post(String host, String headers) {
        return "POST /drain HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "\r\n\r\n";
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static boolean arrived(CountDownLatch latch) {
        try {
            return latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
