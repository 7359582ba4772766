package io.sallyport.starttls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.config.value.StartTls;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the proxy says to servers of each protocol before TLS, however their bytes are cut. */
class StartTlsClientTest {
    private static final String LDAP_START = LdapMessage.startTls(1).written();
    private static final String SMTP_TLS = "220 m ESMTP\r\n250-m\r\n250-SIZE 1\r\n250 STARTTLS\r\n220 go\r\n";

    /**
     * What came of a server's words.
     *
     * @param said to the server
     * @param outcome More, Ready, Refused or Broken
     * @param behind what came behind the end
     */
    private record Talk(String said, String outcome, String greeting, String behind) {}

    static Stream<Arguments> servers() {
        return Stream.of(
                row(StartTls.POSTGRESQL, "S", "Ready", ""),
                row(StartTls.POSTGRESQL, "N", "Refused", ""),
                row(StartTls.POSTGRESQL, "E", "Refused", ""),
                row(StartTls.POSTGRESQL, "G", "Broken", ""),
                row(StartTls.SMTP, SMTP_TLS, "Ready", "220 m ESMTP\r\n"),
                row(
                        StartTls.SMTP,
                        "220-a\r\n220 b\r\n250-m\r\n250-starttls\r\n250 X\r\n220-x\r\n220 y\r\n",
                        "Ready",
                        "220-a\r\n220 b\r\n"),
                row(StartTls.SMTP, "554 no\r\n", "Refused", ""),
                row(StartTls.SMTP, "220 m\r\n250 m\r\n", "Refused", ""),
                row(StartTls.SMTP, "220 m\r\n250-m\r\n250 STARTTLS\r\n454 no\r\n", "Refused", ""),
                row(StartTls.SMTP, "+OK POP3\r\n", "Broken", ""),
                row(
                        StartTls.IMAP,
                        "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\r\n* x\r\nS1 OK go\r\n",
                        "Ready",
                        "* OK hi\r\n"),
                row(StartTls.IMAP, "* PREAUTH hi\r\n", "Refused", ""),
                row(StartTls.IMAP, "* BYE\r\n", "Refused", ""),
                row(StartTls.IMAP, "* OK hi\r\nS1 BAD what\r\n", "Refused", ""),
                row(StartTls.IMAP, "* OK hi\r\nS2 OK\r\n", "Broken", ""),
                row(StartTls.POP3, "+OK hi <1@m>\r\n+OK go\r\n", "Ready", "+OK hi <1@m>\r\n"),
                row(StartTls.POP3, "+OK hi\r\n-ERR no\r\n", "Refused", ""),
                row(StartTls.POP3, "* OK IMAP\r\n", "Broken", ""),
                row(
                        StartTls.LDAP,
                        LdapMessage.extended(1, 0, "", LdapMessage.START_TLS).written(),
                        "Ready",
                        ""),
                row(StartTls.LDAP, LdapMessage.response(1, 0x78, 52, "later").written(), "Refused", ""),
                row(StartTls.LDAP, LdapMessage.response(2, 0x78, 0, "").written(), "Broken", ""),
                row(StartTls.LDAP, "* OK IMAP\r\n", "Broken", ""));
    }

    private static Arguments row(StartTls protocol, String server, String outcome, String greeting) {
        return Arguments.of(protocol, server, outcome, greeting);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void understandsTheSameHoweverTheServersBytesAreCut(
            StartTls protocol, String server, String outcome, String greeting) {
        List<List<String>> cuts = new ArrayList<>(List.of(List.of(server), List.of(server.split("(?s)(?<=.)"))));
        for (int i = 1; i < server.length(); i++) {
            cuts.add(List.of(server.substring(0, i), server.substring(i)));
        }

        for (List<String> pieces : cuts) {
            Talk talk = talk(Objects.requireNonNull(StartTlsClients.asking(protocol, "[127.0.0.1]")), pieces);
            assertThat(talk.outcome()).as("%s", pieces).isEqualTo(outcome);
            assertThat(talk.greeting()).as("%s", pieces).isEqualTo(greeting);
            if (outcome.equals("Ready")) {
                assertThat(talk.behind()).as("%s", pieces).isEmpty();
            }
        }
    }

    @Test
    void saysWhatEachProtocolAsksFor() {
        assertThat(said(StartTls.POSTGRESQL, "S")).isEqualTo("\0\0\0\u0008\u0004\u00d2\u0016/");
        assertThat(said(StartTls.SMTP, SMTP_TLS)).isEqualTo("EHLO [127.0.0.1]\r\nSTARTTLS\r\n");
        assertThat(said(StartTls.IMAP, "* OK\r\nS1 OK\r\n")).isEqualTo("S1 STARTTLS\r\n");
        assertThat(said(StartTls.POP3, "+OK\r\n+OK\r\n")).isEqualTo("STLS\r\n");
        assertThat(said(StartTls.LDAP, "")).isEqualTo(LDAP_START).hasSize(31);
    }

    /** CVE-2021-23222 and its kin: whoever calls takes what is left for a reason not to go on. */
    @Test
    void leavesWhatComesBehindTheConsent() {
        List<Talk> talks = List.of(
                talk(StartTls.POSTGRESQL, "Sevil"),
                talk(StartTls.SMTP, SMTP_TLS + "evil"),
                talk(StartTls.IMAP, "* OK\r\nS1 OK\r\nevil"),
                talk(StartTls.POP3, "+OK\r\n+OK\r\nevil"),
                talk(StartTls.LDAP, LdapMessage.extended(1, 0, "", "").written() + "evil"));

        assertThat(talks).allSatisfy(each -> assertThat(each.behind()).isEqualTo("evil"));
    }

    @Test
    void awaitsAGreetingAloneWhereTheClientHasBeenGreeted() {
        List<Talk> talks = List.of(
                talk(greeted(StartTls.SMTP), List.of("220-a\r\n220 b\r\nmore")),
                talk(greeted(StartTls.IMAP), List.of("* OK hi\r\nmore")),
                talk(greeted(StartTls.POP3), List.of("+OK hi\r\nmore")));

        assertThat(talks).allSatisfy(each -> assertThat(each).isEqualTo(new Talk("", "Ready", "", "more")));
        assertThat(talk(greeted(StartTls.SMTP), List.of("421 busy\r\n")).outcome())
                .isEqualTo("Refused");
        assertThat(StartTlsClients.greeted(StartTls.POSTGRESQL)).isNull();
        assertThat(StartTlsClients.greeted(StartTls.LDAP)).isNull();
    }

    @Test
    void boundsWhatAServerSays() {
        for (StartTls protocol : List.of(StartTls.SMTP, StartTls.IMAP, StartTls.POP3, StartTls.LDAP)) {
            assertThat(talk(protocol, "a".repeat(1 << 20)).outcome())
                    .as(protocol.tag())
                    .isEqualTo("Broken");
        }
        assertThat(talk(StartTls.SMTP, "220 m\r\n" + "250-more\r\n".repeat(1000))
                        .outcome())
                .isEqualTo("Broken");
        assertThat(talk(StartTls.IMAP, "* OK m\r\n" + "* more\r\n".repeat(1000)).outcome())
                .isEqualTo("Broken");
    }

    private static StartTlsClient greeted(StartTls protocol) {
        return Objects.requireNonNull(StartTlsClients.greeted(protocol));
    }

    private static String said(StartTls protocol, String server) {
        return talk(protocol, server).said();
    }

    private static Talk talk(StartTls protocol, String server) {
        return talk(Objects.requireNonNull(StartTlsClients.asking(protocol, "[127.0.0.1]")), List.of(server));
    }

    private static Talk talk(StartTlsClient client, List<String> pieces) {
        StringBuilder said = new StringBuilder(client.opening());
        ByteBuf received = Unpooled.buffer();
        Heard heard = Heard.MORE;
        for (String piece : pieces) {
            received.writeCharSequence(piece, StandardCharsets.ISO_8859_1);
            if (!(heard instanceof Heard.More)) {
                continue;
            }
            heard = client.read(received);
            while (heard instanceof Heard.Say say) {
                said.append(say.words());
                heard = client.read(received);
            }
        }
        return new Talk(
                said.toString(),
                heard.getClass().getSimpleName(),
                heard instanceof Heard.Ready ready ? ready.greeting() : "",
                received.toString(StandardCharsets.ISO_8859_1));
    }
}
