package io.sallyport.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in where there is a token. */
class AdminTokenTest {
    private static final String TOKEN = "Ke9:h2+Yq/7vWc3x";
    private static final String OTHER = "0ther-0ther-0ther";
    private static final Duration LONG = Duration.ofSeconds(30);

    private final FakeSource source = new FakeSource();

    @Nullable
    private AdminServer server;

    private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @BeforeEach
    void start() throws IOException {
        source.token = token(TOKEN);
        server = AdminServer.bind(
                address,
                source,
                AdminPaths.ADMIN,
                new AdminTimeouts(LONG, LONG, LONG, LONG, Duration.ofMillis(20), LONG));
        server.serve();
        address = server.address();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /",
                "GET /events",
                "GET /metrics",
                "GET /status",
                "GET /handshakes",
                "POST /drain",
                "GET /drain",
                "POST /log-level?level=off",
                "POST /backends/app/servers/a:1?state=drain",
                "POST /handshakes/trace?source=127.0.0.1",
                "GET /nowhere",
                "GET /livez/",
                "GET //livez"
            })
    void withoutItNothingIsToldAndNothingIsDone(String request) throws IOException {
        HttpReply reply = ask(request, "");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("www-authenticate")).startsWith("Basic realm=");
        assertThat(reply.header("content-security-policy")).startsWith("default-src 'none'");
        assertThat(reply.body()).startsWith("Authorization: ").doesNotContain("/handshakes", TOKEN);
        assertThat(source.drains).hasValue(0);
        assertThat(source.levels).isEmpty();
        assertThat(source.wishes).isEmpty();
        assertThat(source.scrapes).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/status", "/handshakes"})
    void withItAllIsAsItWas(String path) throws IOException {
        for (String header : List.of(bearer(TOKEN), basic("prometheus:" + TOKEN), basic(":" + TOKEN))) {
            assertThat(ask("GET " + path, header).status()).isEqualTo(200);
        }
        assertThat(ask("GET /nowhere", bearer(TOKEN)).status()).isEqualTo(404);
        assertThat(ask("POST /drain", bearer(TOKEN)).status()).isEqualTo(202);
        await().until(() -> source.drains.get() == 1);
    }

    @Test
    void theSchemeMayBeSpeltAsItLikes() throws IOException {
        for (String header : List.of(bearer(TOKEN), basic("x:" + TOKEN))) {
            assertThat(ask("GET /status", header.replace("Bearer", "bEARER").replace("Basic", "BASIC"))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void probesNeedNone() throws IOException {
        assertThat(ask("GET /livez", "").body()).isEqualTo("ok\n");
        assertThat(ask("GET /readyz", "").body()).isEqualTo("ready\n");
        assertThat(ask("GET /readyz", bearer("wrong")).status()).isEqualTo(200);
        assertThat(ask("POST /livez", "").status()).isEqualTo(405);
    }

    @Test
    void nothingElseIsTheToken() throws IOException {
        for (String header : List.of(
                bearer(OTHER),
                bearer(""),
                bearer(TOKEN.substring(1)),
                bearer(TOKEN + "x"),
                bearer(TOKEN.toLowerCase(Locale.ROOT)),
                "Authorization: " + TOKEN,
                "Authorization: Token " + TOKEN,
                "Authorization:",
                basic(TOKEN),
                basic(TOKEN + ":"),
                basic("user:" + OTHER),
                "Authorization: Basic user:" + TOKEN,
                "Authorization: Basic !!!",
                "Authorization: Basic",
                bearer(OTHER) + "\r\n" + bearer(TOKEN),
                bearer(TOKEN) + "\r\n" + bearer(OTHER),
                "Cookie: token=" + TOKEN,
                "X-Token: " + TOKEN)) {
            assertThat(ask("GET /status", header).status()).as(header).isEqualTo(401);
        }
        assertThat(ask("GET /status?token=" + TOKEN, "").status()).isEqualTo(401);
    }

    @Test
    void aNewOneTakesTheOldOnesPlaceAtOnce() throws IOException {
        try (HttpSocket follower = new HttpSocket(address)) {
            follower.send("GET /events HTTP/1.1\r\nHost: localhost\r\n" + bearer(TOKEN) + "\r\n\r\n");
            follower.head();
            assertThat(follower.chunk()).startsWith("data: ");
            // A reload that leaves it as it is leaves the follower, too.
            source.token = token(TOKEN);
            for (int i = 0; i < 5; i++) {
                assertThat(follower.chunk()).startsWith("data: ");
            }

            source.token = token(OTHER);

            await().until(follower::isClosed);
        }
        assertThat(ask("GET /status", bearer(TOKEN)).status()).isEqualTo(401);
        assertThat(ask("GET /status", bearer(OTHER)).status()).isEqualTo(200);
    }

    /** A page of a name that was made to point here has no token: browsers keep it for the name that it was given for. */
    @Test
    void aProxyInFrontMayHaveAnyNameAndItsClientsAreAskedForTheToken() throws IOException {
        assertThat(raw("GET / HTTP/1.1\r\nHost: admin.example:9443\r\n\r\n").header("www-authenticate"))
                .startsWith("Basic ");
        String host = "Host: admin.example:9443\r\n" + bearer(TOKEN) + "\r\n";

        assertThat(raw("GET /status HTTP/1.1\r\n" + host + "\r\n").status()).isEqualTo(200);
        assertThat(raw("POST /drain HTTP/1.1\r\n" + host + "Origin: https://admin.example:9443\r\n\r\n")
                        .status())
                .isEqualTo(202);
    }

    /** The browser adds the token by itself, for whatever page asks. */
    @Test
    void aForeignPageCannotUseTheTokenOfABrowser() throws IOException {
        for (String header : List.of(
                "Origin: http://evil.example",
                "Origin: https://evil.example",
                "Origin: null",
                "Sec-Fetch-Site: cross-site")) {
            assertThat(ask("POST /drain", basic("x:" + TOKEN) + "\r\n" + header).status())
                    .as(header)
                    .isEqualTo(403);
        }
        assertThat(source.drains).hasValue(0);
    }

    @Test
    void itIsNeverPrinted() {
        assertThat(token(TOKEN)).hasToString("***");
    }

    private HttpReply ask(String request, String header) throws IOException {
        return raw(request + " HTTP/1.1\r\nHost: localhost\r\n" + (header.isEmpty() ? "" : header + "\r\n") + "\r\n");
    }

    private HttpReply raw(String request) throws IOException {
        try (HttpSocket client = new HttpSocket(address)) {
            client.send(request);
            return client.reply();
        }
    }

    private static AdminToken token(String text) {
        return new AdminToken(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    private static String basic(String pair) {
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
    }
}
