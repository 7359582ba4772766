package io.sallyport.starttls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.config.value.StartTls;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a listener says before TLS, to clients of each protocol, however their bytes are cut. */
class StartTlsServerTest {
    private static final String SSL = "\0\0\0\u0008\u0004\u00d2\u0016/";
    private static final String GSS = "\0\0\0\u0008\u0004\u00d2\u00160";
    private static final String CANCEL = "\0\0\0\u0010\u0004\u00d2\u0016.AAAABBBB";
    private static final String STARTUP = "\0\0\0\u0013\0\u0003\0\0user\0nobody\0\0";
    private static final String SMTP_HELLO = "220 mail.example ESMTP\r\n";
    private static final String SMTP_EHLO = "250-mail.example\r\n250 STARTTLS\r\n";
    private static final String SMTP_READY = "220 2.0.0 Ready to start TLS\r\n";
    private static final String IMAP_HELLO =
            "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] mail.example is ready\r\n";
    private static final String POP3_HELLO = "+OK mail.example is ready\r\n";
    private static final String LDAP_START = LdapMessage.startTls(1).written();

    static Stream<Arguments> conversations() {
        return Stream.of(
                row(StartTls.POSTGRESQL, SSL, "S", "BEGIN"),
                row(StartTls.POSTGRESQL, GSS + SSL, "NS", "BEGIN"),
                row(StartTls.POSTGRESQL, GSS, "N", "MORE"),
                row(StartTls.POSTGRESQL, GSS + GSS, "N", "STARTTLS_MALFORMED"),
                row(StartTls.POSTGRESQL, CANCEL, "", "PLAIN_CANCEL_REQUEST"),
                row(StartTls.POSTGRESQL, "\0\0\0\u0004\u0004\u00d2\u0016/", "", "STARTTLS_MALFORMED"),
                row(StartTls.POSTGRESQL, "\u007f\u00ff\u00ff\u00ff\u0004\u00d2\u0016/", "", "GARBAGE"),
                row(StartTls.POSTGRESQL, "\0\u00ff\u00ff\u00ff\u0004\u00d2\u0016/", "", "STARTTLS_MALFORMED"),
                row(StartTls.POSTGRESQL, "\0\0\0\u0009\u0004\u00d2\u0016/", "", "STARTTLS_MALFORMED"),
                row(StartTls.POSTGRESQL, "\0\0\0\u0008\0\u0009\0\0", "", "STARTTLS_MALFORMED"),
                row(StartTls.POSTGRESQL, "GET / HTTP/1.1\r\n", "", "PLAIN_HTTP"),
                row(StartTls.POSTGRESQL, "EHLO client\r\n", "", "OTHER_PROTOCOL"),
                row(StartTls.POSTGRESQL, "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", "", "UNEXPECTED_PROXY_HEADER"),
                row(StartTls.SMTP, "EHLO client\r\nSTARTTLS\r\n", SMTP_HELLO + SMTP_EHLO + SMTP_READY, "BEGIN"),
                row(StartTls.SMTP, "ehlo client\nstarttls\n", SMTP_HELLO + SMTP_EHLO + SMTP_READY, "BEGIN"),
                row(StartTls.SMTP, "HELO c\r\nNOOP\r\n", SMTP_HELLO + "250 mail.example\r\n250 2.0.0 Ok\r\n", "MORE"),
                row(
                        StartTls.SMTP,
                        "EHLO\r\nSTARTTLS now\r\n",
                        SMTP_HELLO + "501 5.5.4 EHLO needs a domain\r\n501 5.5.4 STARTTLS takes no argument\r\n",
                        "MORE"),
                row(
                        StartTls.SMTP,
                        "MAIL FROM:<a@b>\r\nQUIT\r\n",
                        SMTP_HELLO + "530 5.7.0 Must issue a STARTTLS command first\r\n221 2.0.0 Bye\r\n",
                        "STARTTLS_NOT_ASKED"),
                row(
                        StartTls.SMTP,
                        "POST / HTTP/1.1\r\nHost: mail\r\n\r\nEHLO a\r\n",
                        SMTP_HELLO + "421 4.7.0 mail.example closes: another protocol\r\n",
                        "PLAIN_HTTP"),
                row(
                        StartTls.SMTP,
                        "\u0016\u0003\u0001\0",
                        SMTP_HELLO + "421 4.7.0 mail.example closes: another protocol\r\n",
                        "STARTTLS_MALFORMED"),
                row(
                        StartTls.IMAP,
                        "a CAPABILITY\r\nb STARTTLS\r\n",
                        IMAP_HELLO
                                + "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na OK done\r\nb OK begin TLS now\r\n",
                        "BEGIN"),
                row(
                        StartTls.IMAP,
                        "a LOGIN u p\r\n( x\r\n",
                        IMAP_HELLO
                                + "a NO [PRIVACYREQUIRED] TLS is required: STARTTLS comes first\r\n"
                                + "* BAD a tag and a command are expected\r\n",
                        "MORE"),
                row(StartTls.IMAP, "a LOGOUT\r\n", IMAP_HELLO + "* BYE\r\na OK done\r\n", "STARTTLS_NOT_ASKED"),
                row(
                        StartTls.POP3,
                        "CAPA\r\nUSER u\r\nSTLS\r\n",
                        POP3_HELLO
                                + "+OK\r\nSTLS\r\n.\r\n-ERR TLS is required: STLS comes first\r\n+OK begin TLS now\r\n",
                        "BEGIN"),
                row(StartTls.POP3, "QUIT\r\n", POP3_HELLO + "+OK\r\n", "STARTTLS_NOT_ASKED"),
                row(
                        StartTls.LDAP,
                        LDAP_START,
                        LdapMessage.extended(1, 0, "", LdapMessage.START_TLS).written(),
                        "BEGIN"),
                row(
                        StartTls.LDAP,
                        "0\u000c\u0002\u0001\u0007`\u0007\u0002\u0001\u0003\u0004\0\u0080\0",
                        LdapMessage.response(7, 0x61, 13, "TLS is required: StartTLS comes first")
                                .written(),
                        "MORE"),
                row(StartTls.LDAP, "0\u0005\u0002\u0001\u0002B\0", "", "STARTTLS_NOT_ASKED"),
                row(StartTls.LDAP, "0\u0006\u0002\u0001\u0002P\u0001\u0001", "", "MORE"),
                row(StartTls.LDAP, "0\u0080\u0002", disconnection(), "STARTTLS_MALFORMED"),
                row(StartTls.LDAP, "0\u0084\u007f\u00ff\u00ff\u00ff", disconnection(), "STARTTLS_MALFORMED"),
                row(StartTls.LDAP, "0\u0003\u0002\u0005\u0001", disconnection(), "STARTTLS_MALFORMED"),
                row(StartTls.LDAP, "0\u0005\u0002\u0001\u00ffB\0", disconnection(), "STARTTLS_MALFORMED"),
                row(StartTls.LDAP, "GET / HTTP/1.1\r\n", "", "PLAIN_HTTP"));
    }

    private static Arguments row(StartTls protocol, String client, String said, String outcome) {
        return Arguments.of(protocol, client, said, outcome);
    }

    private static String disconnection() {
        return LdapMessage.extended(0, 2, "no LDAP", LdapMessage.NOTICE_OF_DISCONNECTION)
                .written();
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void saysTheSameHoweverTheClientsBytesAreCut(StartTls protocol, String client, String said, String outcome) {
        List<List<String>> cuts = new ArrayList<>();
        cuts.add(List.of(client.split("(?s)(?<=.)")));
        for (int i = 1; i < client.length(); i++) {
            cuts.add(List.of(client.substring(0, i), client.substring(i)));
        }
        if (!client.equals(GSS + GSS)) {
            cuts.add(List.of(client));
        }

        for (List<String> pieces : cuts) {
            SpokenTo spoken = SpokenTo.of(protocol, pieces);
            // Who is known for a stranger by the first word is not listened to any longer: the command is not awaited.
            assertThat(spoken.outcome()).as("%s", pieces).isEqualTo(outcome);
            assertThat(spoken.said()).as("%s", pieces).isEqualTo(said);
        }
    }

    @Test
    void tellsPostgresqlClientsInPlainTextThatTlsIsRequired() {
        SpokenTo spoken = SpokenTo.of(StartTls.POSTGRESQL, List.of(STARTUP));

        assertThat(spoken.outcome()).isEqualTo("TLS_REQUIRED");
        assertThat(spoken.said())
                .startsWith("E\0\0\0")
                .contains("SFATAL\0")
                .contains("\0C28000\0M")
                .endsWith("\0\0");
        assertThat(spoken.said().charAt(4)).isEqualTo((char) (spoken.said().length() - 1));
    }

    @Test
    void leavesAClientHelloOfPostgresqlToTls() {
        SpokenTo spoken = SpokenTo.of(StartTls.POSTGRESQL, List.of("\u0016", "\u0003\u0001hello"));

        assertThat(spoken).isEqualTo(new SpokenTo("", "DIRECT", "\u0016\u0003\u0001hello"));
    }

    /** CVE-2021-23214: the server would take them for the beginning of what came by TLS. */
    @Test
    void refusesWhatComesBehindSslRequestBeforeItsAnswer() {
        assertThat(SpokenTo.of(StartTls.POSTGRESQL, List.of(SSL + STARTUP)).outcome())
                .isEqualTo("STARTTLS_INJECTION");
        assertThat(SpokenTo.of(StartTls.POSTGRESQL, List.of(SSL + "\u0016\u0003\u0001")))
                .isEqualTo(new SpokenTo("", "STARTTLS_INJECTION", SSL + "\u0016\u0003\u0001"));
    }

    /** CVE-2011-0411. */
    @Test
    void dropsCommandsThatComeBehindTheRequestForTls() {
        List<SpokenTo> spoken = List.of(
                SpokenTo.of(StartTls.SMTP, List.of("EHLO a\r\nSTARTTLS\r\nMAIL FROM:<evil@example>\r\n")),
                SpokenTo.of(StartTls.IMAP, List.of("a STARTTLS\r\nb LOGIN evil evil\r\n")),
                SpokenTo.of(StartTls.POP3, List.of("STLS\r\nUSER evil\r\n")),
                SpokenTo.of(StartTls.LDAP, List.of(LDAP_START + LDAP_START)));

        assertThat(spoken).allSatisfy(each -> {
            assertThat(each.outcome()).isEqualTo("BEGIN");
            assertThat(each.rest()).isEmpty();
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OFF")
    void neverHoldsAMegabyteWithoutALineEnd(StartTls protocol) {
        StartTlsServer server = Objects.requireNonNull(StartTlsServers.of(protocol, "mail.example"));
        ByteBuf received = Unpooled.buffer();
        int sent = 0;
        Turn turn = Turn.MORE;
        while (turn instanceof Turn.More && sent < 1 << 20) {
            received.writeByte('a');
            sent++;
            turn = server.read(received);
        }

        assertThat(turn).isInstanceOf(Turn.End.class);
        assertThat(sent).isLessThanOrEqualTo(LineServer.LONGEST_LINE);
    }

    @Test
    void answersOnlySoManyCommandsWithoutTls() {
        for (String command : List.of("NOOP\r\n", "\r\n")) {
            for (StartTls protocol : List.of(StartTls.SMTP, StartTls.IMAP, StartTls.POP3)) {
                SpokenTo spoken = SpokenTo.of(protocol, List.of(command.repeat(LineServer.MOST_COMMANDS + 1)));
                assertThat(spoken.outcome()).as(protocol.tag()).isEqualTo("TLS_REQUIRED");
            }
        }
        String abandon = "0\u0006\u0002\u0001\u0002P\u0001\u0001";
        assertThat(SpokenTo.of(StartTls.LDAP, List.of(abandon.repeat(LineServer.MOST_COMMANDS + 1)))
                        .outcome())
                .isEqualTo("TLS_REQUIRED");
    }

    /** Whatever comes, it is bounded, and nothing but a turn leaves it. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OFF")
    void takesAnyBytes(StartTls protocol) {
        Random random = new Random(19);
        String alphabet = "\0\u0001\u0002\u0004\u0008\n\r 0w\u0080\u0084\u00ff\u0016ASTL";
        for (int round = 0; round < 3000; round++) {
            StringBuilder bytes = new StringBuilder(round % 2 == 0 ? "" : LDAP_START.substring(0, random.nextInt(20)));
            for (int i = random.nextInt(60); i >= 0; i--) {
                bytes.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(SpokenTo.of(protocol, List.of(bytes.toString())).outcome())
                    .isNotEmpty();
        }
    }
}
