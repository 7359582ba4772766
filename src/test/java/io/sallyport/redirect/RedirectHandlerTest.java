package io.sallyport.redirect;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sallyport.metrics.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What bytes of a stranger get on a port for plain HTTP; no socket. */
final class RedirectHandlerTest implements RedirectOwner {
    private final Redirects redirects = new Redirects(
            List.of(
                    new Redirects.Target(Set.of("a.example", "localhost", "192.0.2.7")::contains, 443),
                    new Redirects.Target(name -> name.endsWith(".b.example"), 8443),
                    new Redirects.Target("socket.example"::equals, 0)),
            token -> Optional.ofNullable(Map.of("tok-1", "tok-1.thumb").get(token)));
    private final List<CloseReason> ends = new ArrayList<>();
    private boolean begun;

    @Override
    public void onBytes() {
        begun = true;
    }

    @Override
    public void onAnswered(CloseReason why, String detail) {
        assertThat(begun).isTrue();
        assertThat(detail).isNotEmpty();
        ends.add(why);
    }

    /** All that comes back for these bytes, sent in pieces of this length. */
    private String answer(String bytes, int piece) {
        EmbeddedChannel channel = new EmbeddedChannel();
        RedirectHandler.addTo(channel.pipeline(), this, () -> redirects);
        byte[] all = bytes.getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < all.length; at += piece) {
            channel.writeInbound(Unpooled.copiedBuffer(all, at, Math.min(piece, all.length - at)));
        }
        StringBuilder said = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            said.append(next.toString(StandardCharsets.ISO_8859_1));
            next.release();
        }
        assertThat(channel.finishAndReleaseAll())
                .as("what would reach the connection")
                .isFalse();
        return said.toString();
    }

    private String answer(String bytes) {
        return answer(bytes, bytes.length());
    }

    private static String request(String target, String... headers) {
        return "GET " + target + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }

    @ParameterizedTest
    @CsvSource({
        "/, a.example, https://a.example/",
        "/path/%2e%2e/x?q=1&r=%0d%0a, A.Example., https://a.example/path/%2e%2e/x?q=1&r=%0d%0a",
        "/, a.example:80, https://a.example/",
        "/, a.example:, https://a.example/",
        "/, a.example:8080, https://a.example/",
        "/, x.b.example, https://x.b.example/",
        "/, x.b.example:8080, https://x.b.example:8443/",
        "/, socket.example:8080, https://socket.example/",
        "/, 192.0.2.7, https://192.0.2.7/",
        "/a//b?x=//c, localhost:8080, https://localhost/a//b?x=//c",
    })
    void theSameAddressByHttps(String target, String host, String location) {
        String whole = answer(request(target, "Host: " + host));

        assertThat(whole)
                .startsWith("HTTP/1.1 308 Permanent Redirect\r\n")
                .containsIgnoringCase("\r\nlocation: " + location + "\r\n")
                .containsIgnoringCase("\r\nconnection: close\r\n")
                .containsIgnoringCase("\r\ncontent-length: 0\r\n");
        assertThat(ends).containsExactly(CloseReason.REDIRECTED);
        assertThat(answer(request(target, "Host: " + host), 1)).isEqualTo(whole);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: a.example.evil.example",
                "Host: evila.example",
                "Host: b.example",
                "Host: [::1]",
                "Host: [::1]:80",
                "Host: 192.0.2.8",
            })
    void aHostThatIsNotOursIsMisdirected(String host) {
        refused(request("/", host), "421 Misdirected Request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X: y",
                "Host: ",
                "Host: a.example\r\nHost: a.example",
                "Host: a.example\r\nhost: evil.example",
                "Host: user@a.example",
                "Host: evil.example@a.example",
                "Host: a.example@evil.example",
                "Host: a.example:443@evil.example",
                "Host: a.example/evil.example",
                "Host: a.example\\evil.example",
                "Host: a.example, evil.example",
                "Host: a.example evil.example",
                "Host: a.example:0",
                "Host: a.example:70000",
                "Host: a.example:8080:80",
                "Host: a.example:+80",
                "Host: a.example#",
                "Host: a.example?",
                "Host: a.example%2eevil.example",
                "Host: \u00e4.example",
                "Host: a.example\u0000",
                "Host: a.example\u0001.evil.example",
                "Host : a.example",
                "Host: a.example\r\n folded",
                "Host: a.example\rSet-Cookie: x=y",
            })
    void withoutOneGoodHostNothingLeadsAnywhere(String headers) {
        refused(request("/", headers), "400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "//evil.example/%2f..",
                "/\\evil.example",
                "\\evil.example",
                "/a\\b",
                "http://a.example/",
                "https://evil.example/",
                "*",
                "a.example:443",
                "",
                "evil",
                "/\u00e4",
                "/\u007f",
                "/\u0001",
                "/a\u0000b",
                "/a b",
                "/\tb",
            })
    void whatIsNoPathLeadsNowhere(String target) {
        refused(request(target, "Host: a.example"), "400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n\r\n\u0000\u0001\u0002\r\n\r\n",
                "EHLO mail.example\r\n\r\n",
                "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
                "GET /\r\n\r\n",
                "GET / HTTP/x\r\nHost: a.example\r\n\r\n",
            })
    void whatIsNoRequestIsTold(String bytes) {
        refused(bytes, "400 Bad Request");
    }

    @Test
    void http2IsToldWhatThePortSpeaks() {
        refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported");
        refused("GET / HTTP/2.0\r\nHost: a.example\r\n\r\n", "505 HTTP Version Not Supported");
    }

    @Test
    void aHeadIsBounded() {
        String much = "x".repeat(9_000);

        refused(request("/" + much, "Host: a.example"), "414 Request-URI Too Long");
        refused(request("/", "Host: a.example", "Cookie: " + much), "431 Request Header Fields Too Large");
        refused("GET /" + much, "414 Request-URI Too Long");
    }

    /** An alert is what a client with TLS understands. */
    @ParameterizedTest
    @ValueSource(ints = {1, 1000})
    void aClientWithTlsGetsAnAlert(int piece) {
        assertThat(answer("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003", piece))
                .isEqualTo("\u0015\u0003\u0003\u0000\u0002\u0002\n");
        assertThat(ends).containsExactly(CloseReason.REQUEST_REFUSED);
    }

    @Test
    void oneRequestIsAnsweredAndWhatComesBehindItIsDropped() {
        String one = request("/1", "Host: a.example");

        assertThat(answer(one + request("/2", "Host: a.example") + "garbage"))
                .containsOnlyOnce("HTTP/1.1 ")
                .contains("/1\r\n");
        assertThat(answer(
                        "POST /1 HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
                                + "ffffffff\r\nabc"))
                .containsOnlyOnce("HTTP/1.1 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "POST", "OPTIONS", "DELETE", "QUERY"})
    void everyMethodIsRedirected(String method) {
        assertThat(answer(method + " /x HTTP/1.0\r\nHost: a.example\r\nExpect: 100-continue\r\n\r\n"))
                .startsWith("HTTP/1.1 308 ")
                .containsIgnoringCase("location: https://a.example/x\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void aTokenThatIsPendingIsProvedToWhoeverAsksAndNoOther() {
        String token = answer(request("/.well-known/acme-challenge/tok-1", "Host: 192.0.2.99"));

        assertThat(token)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .containsIgnoringCase("content-type: application/octet-stream\r\n")
                .endsWith("\r\n\r\ntok-1.thumb");
        assertThat(ends).containsExactly(CloseReason.ACME_CHALLENGE);
        assertThat(answer("HEAD /.well-known/acme-challenge/tok-1 HTTP/1.1\r\nHost: a.example\r\n\r\n"))
                .containsIgnoringCase("content-length: 11\r\n")
                .endsWith("\r\n\r\n");
        assertThat(answer(request("/.well-known/acme-challenge/tok-2", "Host: a.example")))
                .startsWith("HTTP/1.1 308 ");
        assertThat(answer("POST /.well-known/acme-challenge/tok-1 HTTP/1.1\r\nHost: a.example\r\n\r\n"))
                .startsWith("HTTP/1.1 308 ");
        refused(request("/.well-known/acme-challenge/", "Host: evil.example"), "421 Misdirected Request");
    }

    private void refused(String bytes, String status) {
        ends.clear();
        assertThat(answer(bytes))
                .startsWith("HTTP/1.1 " + status + "\r\n")
                .containsIgnoringCase("\r\nconnection: close\r\n")
                .doesNotContainIgnoringCase("location:")
                .doesNotContain("evil");
        assertThat(ends).containsExactly(CloseReason.REQUEST_REFUSED);
    }
}
