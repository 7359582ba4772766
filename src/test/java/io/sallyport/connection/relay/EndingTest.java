package io.sallyport.connection.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.connection.relay.Ending.Close;
import io.sallyport.connection.relay.Ending.Stage;
import io.sallyport.metrics.CloseReason;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the table of ends. */
class EndingTest {
    private static final String PEERS =
            "CLIENT_CLOSED TRUNCATED CLIENT_RESET HANDSHAKE_FAILED REQUEST_REFUSED BARE_PROBE BACKEND_CLOSED"
                    + " BACKEND_RESET BACKEND_UNREACHABLE BACKEND_TRUNCATED BACKEND_TLS_ERROR BACKEND_TLS_FAILED CLIENT_TLS_ERROR"
                    + " QUEUE_FULL QUEUE_TIMEOUT QUEUE_LEFT";
    private static final String CUT_SHORT = "HALF_CLOSE_TIMEOUT MAX_LIFETIME MAX_AGE CLIENT_CERTIFICATE_EXPIRED"
            + " CLIENT_CERTIFICATE_REVOKED CLIENT_CERTIFICATE_REFUSED REDIRECTED ACME_CHALLENGE DRAIN_DEADLINE BACKEND_DOWN";
    private static final String AT_ONCE = "INTERNAL_ERROR OUT_OF_MEMORY SOURCE_DENIED";

    /** stage | reasons | client | server */
    private static final String TABLE = """
            ADMISSION     | PEERS CUT_SHORT IDLE_TIMEOUT | ORDERLY              | ORDERLY
            ADMISSION     | AT_ONCE                      | RESET                | RESET
            OPEN          | PEERS                        | DISCARDING           | ORDERLY
            OPEN          | CUT_SHORT                    | WITHOUT_CLOSE_NOTIFY | RESET
            OPEN          | IDLE_TIMEOUT                 | WITHOUT_CLOSE_NOTIFY | WITHOUT_CLOSE_NOTIFY
            OPEN          | AT_ONCE                      | RESET                | RESET
            CLIENT_ENDED  | PEERS                        | ORDERLY              | ORDERLY
            CLIENT_ENDED  | CUT_SHORT IDLE_TIMEOUT       | WITHOUT_CLOSE_NOTIFY | ORDERLY
            CLIENT_ENDED  | AT_ONCE                      | RESET                | RESET
            SERVER_ENDED  | PEERS                        | DISCARDING           | ORDERLY
            SERVER_ENDED  | CUT_SHORT                    | ORDERLY              | RESET
            SERVER_ENDED  | IDLE_TIMEOUT                 | ORDERLY              | WITHOUT_CLOSE_NOTIFY
            SERVER_ENDED  | AT_ONCE                      | RESET                | RESET
            BOTH_ENDED    | PEERS CUT_SHORT IDLE_TIMEOUT | ORDERLY              | ORDERLY
            BOTH_ENDED    | AT_ONCE                      | RESET                | RESET
            CLIENT_CUT    | PEERS CUT_SHORT IDLE_TIMEOUT | ORDERLY              | RESET_ONCE_DELIVERED
            CLIENT_CUT    | AT_ONCE                      | RESET                | RESET
            CLIENT_FAILED | PEERS CUT_SHORT IDLE_TIMEOUT | RESET                | RESET_ONCE_DELIVERED
            CLIENT_FAILED | AT_ONCE                      | RESET                | RESET
            SERVER_FAILED | PEERS CUT_SHORT IDLE_TIMEOUT | RESET_ONCE_DELIVERED | RESET
            SERVER_FAILED | AT_ONCE                      | RESET                | RESET
            """;

    record Row(Stage stage, Set<CloseReason> reasons, Ending ending) {
        static Row of(String line) {
            String[] cells = line.split("\\s*\\|\\s*", -1);
            Set<CloseReason> reasons = EnumSet.noneOf(CloseReason.class);
            String named = cells[1].replace("PEERS", PEERS)
                    .replace("CUT_SHORT", CUT_SHORT)
                    .replace("AT_ONCE", AT_ONCE);
            for (String reason : named.split(" ", -1)) {
                reasons.add(CloseReason.valueOf(reason));
            }
            return new Row(
                    Stage.valueOf(cells[0]),
                    reasons,
                    new Ending(Close.valueOf(cells[2]), Close.valueOf(cells[3].strip())));
        }
    }

    static Stream<Row> rows() {
        return TABLE.lines().map(Row::of);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void eachSideGets(Row row) {
        assertThat(row.reasons())
                .allSatisfy(reason -> assertThat(Ending.of(reason, row.stage()))
                        .as(reason.tag())
                        .isEqualTo(row.ending()));
    }

    @ParameterizedTest
    @EnumSource
    void everyReasonHasOneRowInThisTable(Stage stage) {
        List<CloseReason> named = new ArrayList<>();
        rows().filter(row -> row.stage() == stage).forEach(row -> named.addAll(row.reasons()));

        assertThat(named).containsExactlyInAnyOrder(CloseReason.values());
    }

    /** RFC 8446 section 6.1: who gets close_notify takes what came before for the whole. */
    @Test
    void whatTheProxyCutsIsNeverTakenForWhole() {
        for (CloseReason reason : CloseReason.values()) {
            if (reason.side() == CloseReason.Side.PROXY) {
                assertThat(Ending.of(reason, Stage.OPEN).client()).isNotIn(Close.ORDERLY, Close.DISCARDING);
                assertThat(Ending.of(reason, Stage.OPEN).server()).isNotIn(Close.ORDERLY, Close.DISCARDING);
                assertThat(Ending.of(reason, Stage.CLIENT_ENDED).client()).isNotIn(Close.ORDERLY, Close.DISCARDING);
                assertThat(Ending.of(reason, Stage.SERVER_ENDED).server()).isNotIn(Close.ORDERLY, Close.DISCARDING);
            }
            assertThat(Ending.of(reason, Stage.SERVER_FAILED).client()).isNotIn(Close.ORDERLY, Close.DISCARDING);
            assertThat(Ending.of(reason, Stage.CLIENT_CUT).server()).isNotIn(Close.ORDERLY, Close.DISCARDING);
            assertThat(Ending.of(reason, Stage.CLIENT_FAILED).server()).isNotIn(Close.ORDERLY, Close.DISCARDING);
        }
    }

    @Test
    void aClientThatALimitTurnsAwayIsReset() {
        assertThat(Ending.OVERLOAD.client()).isEqualTo(Close.RESET);
    }
}
