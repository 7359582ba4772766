package io.sallyport.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.sallyport.acme.Renewal.Window;
import io.sallyport.config.tls.AcmeConfig;
import io.sallyport.config.tls.RenewBefore;
import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.metrics.AcmeMeters.OrderResult;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.tls.source.AcmeStorage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an authority says that answers by a script: about renewals, and when it has had enough. */
final class AuthorityTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Authority's Root");
    private static final IssuedCertificate HELD = ROOT.server("a.test").issue();

    @TempDir
    private Path directory;

    private HttpsServer server;
    private String renewal = "";
    private int newAccountStatus = 429;

    @BeforeEach
    void serve() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        IssuedCertificate own = ROOT.server("localhost").ip("127.0.0.1").issue();
        store.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(new X509Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", this::answer);
        server.start();
        ROOT.writePem(directory, "root");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String base = "https://127.0.0.1:" + server.getAddress().getPort();
        String path = exchange.getRequestURI().getPath();
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().add("Replay-Nonce", "bm9uY2U");
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        int status = 200;
        String body = "";
        if (path.equals("/directory")) {
            body = "{\"newNonce\":\"" + base + "/nonce\",\"newAccount\":\"" + base + "/account\",\"newOrder\":\"" + base
                    + "/order\"" + (renewal.isEmpty() ? "" : ",\"renewalInfo\":\"" + base + "/renewal\"") + "}";
        } else if (path.startsWith("/renewal/")) {
            exchange.getResponseHeaders().add("Retry-After", "7200");
            body = renewal;
        } else if (path.equals("/account")) {
            status = newAccountStatus;
            exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
            exchange.getResponseHeaders().add("Retry-After", "3600");
            body = "{\"type\":\"urn:ietf:params:acme:error:rateLimited\",\"detail\":\"too\\u0007 many\"}";
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head || bytes.length == 0 ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    private AcmeConfig config(String anchors) {
        return new AcmeConfig(
                "ca",
                URI.create("https://127.0.0.1:" + server.getAddress().getPort() + "/directory"),
                List.of(),
                directory.resolve("acme"),
                AcmeConfig.Key.EC,
                AcmeConfig.Challenge.TLS_ALPN_01,
                null,
                new RenewBefore(null, 33),
                List.of(new TrustAnchorConfig.PemFile(directory.resolve(anchors))),
                null);
    }

    @Test
    void saysWhenItWouldHaveACertificateRenewedAndWhenToAskAgain() throws Exception {
        renewal = "{\"suggestedWindow\":{\"start\":\"2026-01-02T04:00:00Z\",\"end\":\"2026-01-03T04:00:00Z\"}}";
        Authority authority = Authority.open(config("root.crt"));

        assertThat(authority.suggestsRenewals()).isTrue();
        Authority.Suggestion suggestion = authority.suggestion(HELD.leaf());
        assertThat(suggestion.window())
                .isEqualTo(new Window(Instant.parse("2026-01-02T04:00:00Z"), Instant.parse("2026-01-03T04:00:00Z")));
        assertThat(suggestion.again())
                .isBetween(Instant.now().plusSeconds(7000), Instant.now().plusSeconds(7400));
    }

    @Test
    void aWindowThatMakesNoSenseIsNoneAndWhatIsNoWindowAFailure() throws Exception {
        renewal = "{\"suggestedWindow\":{\"start\":\"2026-01-03T04:00:00Z\",\"end\":\"2026-01-02T04:00:00Z\"}}";
        Authority authority = Authority.open(config("root.crt"));
        assertThat(authority.suggestion(HELD.leaf()).window()).isNull();

        renewal = "{\"suggestedWindow\":7}";
        assertThatExceptionOfType(OrderFailure.class)
                .isThrownBy(() -> authority.suggestion(HELD.leaf()))
                .matches(failure -> failure.result() == OrderResult.ERROR);
    }

    @Test
    void oneWithoutRenewalInfoIsNotAsked() throws Exception {
        assertThat(Authority.open(config("root.crt")).suggestsRenewals()).isFalse();
    }

    @Test
    void thatHasHadEnoughIsHeardWithItsRetryAfterAndItsWordsMadeFitForALog() throws Exception {
        AcmeStorage storage = new AcmeStorage(directory.resolve("acme"));
        storage.create();
        Authority authority = Authority.open(config("root.crt"));

        assertThatExceptionOfType(OrderFailure.class)
                .isThrownBy(() -> authority.login(storage))
                .withMessage("urn:ietf:params:acme:error:rateLimited: too\\x07 many")
                .satisfies(failure -> {
                    assertThat(failure.result()).isEqualTo(OrderResult.RATE_LIMITED);
                    assertThat(failure.notBefore())
                            .isBetween(
                                    Instant.now().plusSeconds(3500),
                                    Instant.now().plus(Duration.ofSeconds(3700)));
                });
        assertThat(storage.accountKey(config("root.crt"))).isRegularFile();
    }

    @Test
    void thatNobodyVouchesForIsNotSpokenTo() {
        CertificateAuthority.create("Stranger").writePem(directory, "stranger");

        assertThatExceptionOfType(OrderFailure.class)
                .isThrownBy(() -> Authority.open(config("stranger.crt")).suggestsRenewals())
                .matches(failure -> failure.result() == OrderResult.UNREACHABLE);
    }
}
