package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Index.atIndex;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Daemon;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.FakeDns;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The live page in a real browser. What it looks like is kept beside the build, for a person to look at. */
class LivePageIT {
    private static final Set<String> NEEDS_A_NAME =
            Set.of("button", "combobox", "searchbox", "link", "image", "DisclosureTriangle", "region");

    private static final String TOKEN = "a-token-for-people";

    @TempDir
    Path profile;

    private FakeBackend backend;
    private RunningProxy proxy;
    private ChromeDriver browser;

    @BeforeEach
    void start() {
        backend = FakeBackend.echo();
        proxy = RunningProxy.to(backend.address())
                .with(
                        "listeners.https.routes = [{ server-names = [\"api.example.com\"], backend = app }]",
                        "listeners.https.tls.client-auth.mode = none",
                        "listeners.http { bind = \"127.0.0.1:0\", redirect = https }")
                .start();
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(Path.of("/usr/bin/chromedriver").toFile())
                        .build(),
                options());
    }

    @AfterEach
    void stop() {
        browser.quit();
        proxy.close();
        backend.close();
    }

    @Test
    void showsWhatHappensNow() throws Exception {
        open();
        try (TlsClient client = TlsClient.connect(proxy)) {
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");

            await().untilAsserted(() -> assertThat(text("#tile-connections p")).startsWith("1 "));
            await().untilAsserted(() -> assertThat(text("#tile-p99 p")).contains("ms"));
        }
        await().untilAsserted(() -> assertThat(text("#tile-connections p")).startsWith("0 "));
        assertThat(text("#state")).isEqualTo("ready");
        assertThat(text("#listeners")).contains("https", "api.example.com", "app", "redirected to https");
        assertThat(text("#certificates")).contains("server0.crt", "days left");
        assertThat(text("#backends")).contains("app", "127.0.0.1:", "up");
        screenshot("live-page-quiet");
        assertNoComplaint();
    }

    @Test
    void showsWhyAHandshakeFailed() throws Exception {
        open();

        talkHttp();
        refuseTheCertificate();

        await().untilAsserted(() -> assertThat(text("#failures")).contains("plain http", "client rejected issuer"));
        for (LogLine line : proxy.awaitLines("handshake_failure", 2)) {
            assertThat(browser.findElements(By.cssSelector("[data-id='" + line.text("connection") + "']")))
                    .hasSize(1);
        }
        browser.findElement(By.cssSelector("#failures summary")).sendKeys(Keys.ENTER);
        await().untilAsserted(
                        () -> assertThat(text("#failures details[open] .steps")).contains("here it broke"));
        await().untilAsserted(() -> assertThat(number("document.querySelectorAll('#tile-memory path[d*=L]').length"))
                .isPositive());
        screenshot("live-page");

        browser.findElement(By.id("filter-reason")).sendKeys("plain http");
        await().untilAsserted(() ->
                assertThat(text("#failures")).contains("plain http").doesNotContain("client rejected issuer"));
        assertNoComplaint();
    }

    @Test
    void followsOneConnectionByItsIdAndALinkShowsTheSameView() throws Exception {
        open();
        try (TlsClient client = TlsClient.connect(proxy);
                TlsClient other = TlsClient.connect(proxy)) {
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");
            other.send("ping");
            assertThat(other.readText(4)).isEqualTo("ping");
            await().untilAsserted(() -> assertThat(rows("connections")).isEqualTo(2));
            assertThat(text("#sources")).contains("127.0.0.1", "2");
            screenshot("live-page-connections");

            // The table is drawn anew every few seconds: an element that was found may be gone.
            browser.executeScript("document.querySelector('#connections a').click()");
            await().untilAsserted(() -> assertThat(rows("connections")).isEqualTo(1));
            client.send("x".repeat(1000));
            other.send("x".repeat(1000));
            await().untilAsserted(() -> assertThat(text("#connections")).contains("1,004 B"));

            String link = browser.findElement(By.id("link")).getDomProperty("href");
            browser.get("about:blank");
            browser.get(Objects.requireNonNull(link) + "&span=3600");
            await().untilAsserted(() -> assertThat(rows("connections")).isEqualTo(1));
            assertThat(text("#connections")).contains("1,004 B");
            assertThat(browser.executeScript("return document.getElementById('span').value"))
                    .isEqualTo("3600");
        }
        await().untilAsserted(() -> assertThat(text("#connections-note")).contains("is not open"));
        assertNoComplaint();
    }

    /** The process was started before the browser was: the page draws what happened before it was there. */
    @Test
    void showsWhatHappenedBeforeThePageWasOpened() {
        open();
        long drawn =
                number("Number(document.querySelector('#tile-memory path').getAttribute('d').match(/^M([0-9.]+)/)[1])");
        browser.get("about:blank");
        open();

        await().untilAsserted(() -> assertThat(
                        number(
                                "Number(document.querySelector('#tile-memory path').getAttribute('d').match(/^M([0-9.]+)/)[1])"))
                .isLessThanOrEqualTo(drawn));
        assertNoComplaint();
    }

    @Test
    void readsOnAPhoneAndInTheDark() throws Exception {
        talkHttp();
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true));
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
        open();
        await().untilAsserted(() -> assertThat(text("#failures")).contains("plain http"));

        assertThat(number("document.documentElement.scrollWidth")).isLessThanOrEqualTo(390);
        assertThat(browser.executeScript("return getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(17, 20, 22)");
        screenshot("live-page-phone");
        assertNoComplaint();
    }

    @Test
    void everythingThatCanBeUsedHasAName() throws Exception {
        talkHttp();
        open();
        await().untilAsserted(() -> assertThat(text("#failures")).contains("plain http"));

        browser.executeCdpCommand("Accessibility.enable", Map.of());
        List<?> nodes =
                (List<?>) Objects.requireNonNull(browser.executeCdpCommand("Accessibility.getFullAXTree", Map.of())
                        .get("nodes"));

        assertThat(nodes).hasSizeGreaterThan(20);
        for (Object each : nodes) {
            Map<?, ?> node = (Map<?, ?>) each;
            if (Boolean.FALSE.equals(node.get("ignored")) && NEEDS_A_NAME.contains(value(node.get("role")))) {
                assertThat(value(node.get("name"))).as("name of %s", node).isNotBlank();
            }
        }
    }

    /** The address has what a person would type into the browser's own dialog. */
    @Test
    void worksWithATokenAndIsNotShownWithoutIt() throws Exception {
        proxy.replaceToken(TOKEN);
        proxy.edit(text -> text + "sallyport.admin.token-file = admin.token\n");
        assertThat(proxy.reload()).isTrue();
        proxy.askWith(TOKEN);
        int port = proxy.adminAddress().getPort();

        browser.get("http://localhost:" + port + "/");
        assertThat(browser.findElements(By.id("state"))).isEmpty();
        assertThat(text("body")).doesNotContain("https");
        browser.manage().logs().get(LogType.BROWSER);

        browser.get("http://anybody:" + TOKEN + "@localhost:" + port + "/");
        await().untilAsserted(() -> assertThat(text("#state")).isEqualTo("ready"));
        await().untilAsserted(() -> assertThat(text("#build")).contains("BoringSSL"));
        talkHttp();
        await().untilAsserted(() -> assertThat(text("#failures")).contains("plain http"));
        await().untilAsserted(() -> assertThat(number("document.querySelectorAll('#tile-memory path[d*=L]').length"))
                .isPositive());
        // The browser goes on showing it by itself.
        browser.get("http://localhost:" + port + "/");
        await().untilAsserted(() -> assertThat(text("#state")).isEqualTo("ready"));
        assertNoComplaint();

        proxy.replaceToken("another-token-now");
        assertThat(proxy.reload()).isTrue();
        proxy.askWith("another-token-now");
        await().untilAsserted(() -> assertThat(text("#state")).isEqualTo("no answer"));
    }

    /** One authority issues, the other cannot be reached. */
    @Test
    void showsWhatAnAuthorityHasIssuedAndWhyAnotherHasNot() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/pebble")), "pebble is not installed");
        open();
        await().untilAsserted(() -> assertThat(text("#certificates")).contains("server0.crt"));
        assertThat(browser.findElement(By.id("acme-section")).isDisplayed()).isFalse();

        Path directory = proxy.directory();
        CertificateAuthority root = CertificateAuthority.create("Pebble's own");
        root.writePem(directory, "pebble-root");
        PemFiles own = root.server("localhost").ip("127.0.0.1").issue().writePem(directory, "pebble");
        try (FakeDns dns = FakeDns.knowing(60, "127.0.0.1");
                Daemon pebble = Daemon.pebble(
                        directory,
                        own,
                        1,
                        proxy.address("http").getPort(),
                        dns.address(),
                        ", \"certificateValidityPeriod\": 7776000")) {
            proxy.edit(text -> text + """
                    sallyport {
                      acme.public { directory = "https://127.0.0.1:%d/dir", agree-terms = on, challenge = http-01,
                        trust-anchors = [pebble-root.crt] }
                      acme.away { directory = "https://127.0.0.1:1/dir", agree-terms = on, challenge = http-01 }
                      listeners.ordered { bind = "127.0.0.1:0", backend = app, tls.certificates = [
                        { acme = public, names = [www.sallyport.test, sallyport.test] },
                        { acme = away, names = [away.sallyport.test] }] }
                    }
                    """.formatted(pebble.address().getPort()));
            assertThat(proxy.reload()).isTrue();

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(cells("acme"))
                            .satisfiesExactly(
                                    away -> assertThat(away)
                                            .startsWith("away.sallyport.test", "away", "none yet")
                                            .satisfies(cell -> assertThat(cell).startsWith("in "), atIndex(3))
                                            .satisfies(
                                                    cell -> assertThat(cell).startsWith("unreachable · "), atIndex(4)),
                                    issued -> assertThat(issued)
                                            .startsWith("www.sallyport.test, sallyport.test", "public")
                                            .satisfies(cell -> assertThat(cell).startsWith("89 days left"), atIndex(2))
                                            .satisfies(cell -> assertThat(cell).matches("in \\d+ days"), atIndex(3))
                                            .satisfies(cell -> assertThat(cell).startsWith("success · "), atIndex(4))));
            assertThat(text("#acme .words"))
                    .isEqualTo(LogLine.parse(proxy.get("/status").body()).text("acme.1.last_detail"));
            look("light", 1200);
            look("dark", 1200);
            look("light", 390);
            look("dark", 390);
            assertThat(number("document.documentElement.scrollWidth")).isLessThanOrEqualTo(390);
            assertNoComplaint();
        }
    }

    private void look(String scheme, int width) throws IOException {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 844, "deviceScaleFactor", 2, "mobile", width < 500));
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        browser.executeScript("document.querySelector('#certificates-title').scrollIntoView()");
        screenshot("acme-" + scheme + "-" + width);
    }

    @Test
    void tellsWhenTheProcessIsGone() {
        open();

        proxy.drain().join();

        await().untilAsserted(() -> assertThat(text("#state")).isEqualTo("no answer"));
    }

    private void open() {
        browser.get("http://localhost:" + proxy.adminAddress().getPort() + "/");
        await().untilAsserted(() -> assertThat(text("#state")).isEqualTo("ready"));
        await().untilAsserted(() -> assertThat(text("#build")).contains("BoringSSL"));
    }

    private void talkHttp() throws IOException {
        try (Socket socket =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
        proxy.awaitIdle();
    }

    private void refuseTheCertificate() throws Exception {
        Path stranger = CertificateAuthority.create("Stranger").writePem(profile, "stranger");
        Process curl = new ProcessBuilder(
                        "curl",
                        "--silent",
                        "--cacert",
                        stranger.toString(),
                        "https://localhost:" + proxy.address().getPort() + "/")
                .start();
        assertThat(curl.waitFor()).isEqualTo(60);
    }

    private String text(String selector) {
        return String.valueOf(browser.executeScript(
                "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText).join('\\n')", selector));
    }

    private List<List<String>> cells(String table) {
        Object rows = browser.executeScript(
                "return [...document.querySelectorAll('#' + arguments[0] + ' tbody tr')].map(row => [...row.cells].map(cell => cell.innerText))",
                table);
        return ((List<?>) Objects.requireNonNull(rows))
                .stream()
                        .map(row ->
                                ((List<?>) row).stream().map(String::valueOf).toList())
                        .toList();
    }

    private long rows(String table) {
        return number("document.querySelectorAll('#" + table + " tbody a').length");
    }

    private long number(String script) {
        return ((Number) Objects.requireNonNull(browser.executeScript("return " + script))).longValue();
    }

    private static String value(@Nullable Object property) {
        return property instanceof Map<?, ?> map ? String.valueOf(map.get("value")) : "";
    }

    /** Neither the script nor the content security policy had anything to say. */
    private void assertNoComplaint() {
        List<LogEntry> log = browser.manage().logs().get(LogType.BROWSER).getAll();
        assertThat(log).isEmpty();
    }

    private void screenshot(String name) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "screenshots"));
        Files.write(folder.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    private ChromeOptions options() {
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--window-size=1200,1500",
                "--user-data-dir=" + profile);
        options.setCapability("goog:loggingPrefs", logs);
        return options;
    }
}
