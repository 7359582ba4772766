package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.LogLine;
import io.sallyport.testing.RunningProxy;
import java.util.List;

/**
 * What a proxy says that it agreed on with a client.
 *
 * @param version as {@code TLSv1.3}
 * @param cipher the IANA name
 * @param group {@code none} where no group played a part
 */
record Agreement(String version, String cipher, String group, boolean resumed) {

    static Agreement full(String version, String cipher, String group) {
        return new Agreement(version, cipher, group, false);
    }

    Agreement resumption(String groupThen) {
        return new Agreement(version, cipher, groupThen, true);
    }

    /** Waits for the access lines, one for each session in this order, and compares them and the meters. */
    static LogLine assertSessions(RunningProxy proxy, Agreement... sessions) {
        List<LogLine> lines = proxy.awaitConnectionLines(sessions.length);
        assertThat(lines).extracting(Agreement::of).containsExactly(sessions);
        for (Agreement session : sessions) {
            assertThat(proxy.metric(
                            "sallyport_tls_sessions_total",
                            "listener",
                            "https",
                            "version",
                            session.version,
                            "cipher",
                            session.cipher,
                            "group",
                            session.group,
                            "resumed",
                            String.valueOf(session.resumed)))
                    .as("sessions of %s", session)
                    .isEqualTo((double)
                            List.of(sessions).stream().filter(session::equals).count());
        }
        proxy.awaitMetric(sessions.length, "sallyport_handshakes_total", "listener", "https", "result", "success");
        proxy.awaitMetric(sessions.length, "sallyport_handshake_duration_seconds_count");
        assertThat(proxy.metric("sallyport_handshakes_total", "listener", "https", "result", "failure"))
                .isZero();
        return lines.get(lines.size() - 1);
    }

    private static Agreement of(LogLine line) {
        return new Agreement(
                line.text("tls_version"),
                line.text("cipher"),
                line.text("group"),
                Boolean.parseBoolean(line.text("resumed")));
    }
}
