package io.sallyport.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which descriptors a service manager has handed over, by what the environment says. */
class InheritedSocketsTest {
    private static final String OURS = String.valueOf(ProcessHandle.current().pid());

    @Test
    void descriptorsAreNumberedFromThreeInTheOrderOfTheirNames() throws IOException {
        InheritedSockets sockets = sockets(OURS, "3", "https:admin:plain");

        assertThat(sockets.take("https")).isEqualTo(3);
        assertThat(sockets.take("plain")).isEqualTo(5);
        assertThat(sockets.take("admin")).isEqualTo(4);
    }

    @Test
    void eachIsTakenOnce() throws IOException {
        InheritedSockets sockets = sockets(OURS, "1", "https");

        assertThat(sockets.find("https")).isEqualTo(3);
        assertThat(sockets.take("https")).isEqualTo(3);
        assertThatThrownBy(() -> sockets.take("https"))
                .hasMessageStartingWith("the socket of this name was taken before");
    }

    @Test
    void ofTwoWithOneNameTheFirstIsTaken() throws IOException {
        assertThat(sockets(OURS, "2", "https:https").take("https")).isEqualTo(3);
    }

    @Test
    void aNameThatWasNotGivenIsToldWithThoseThatWere() {
        assertThatThrownBy(() -> sockets(OURS, "2", "https:admin").take("http"))
                .hasMessage("the service manager has handed over no socket of this name (handed over: https, admin)");
    }

    @Test
    void aDescriptorWithoutANameIsUnknown() throws IOException {
        InheritedSockets unnamed = new InheritedSockets(Map.of("LISTEN_PID", OURS, "LISTEN_FDS", "1"));

        assertThat(unnamed.take("unknown")).isEqualTo(3);
        assertThat(sockets(OURS, "2", "https").take("unknown")).isEqualTo(4);
        assertThat(sockets(OURS, "2", ":https").take("https")).isEqualTo(4);
    }

    @Test
    void aNameWithoutADescriptorHasNone() {
        assertThatThrownBy(() -> sockets(OURS, "1", "https:admin").take("admin"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatIsMeantForAnotherProcessIsNotOurs() {
        InheritedSockets others = sockets("1", "1", "https");

        assertThat(others.any()).isFalse();
        assertThatThrownBy(() -> others.take("https"))
                .hasMessageEndingWith("(handed over: none, as $LISTEN_PID is 1, and this process is " + OURS + ")");
        assertThatThrownBy(
                        () -> new InheritedSockets(Map.of("LISTEN_FDS", "1", "LISTEN_FDNAMES", "https")).take("https"))
                .hasMessageEndingWith("(handed over: none, as $LISTEN_PID is not set)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "0", "many", "99999999999"})
    void aCountThatIsNoneGivesNone(String count) {
        assertThatThrownBy(() -> sockets(OURS, count, "https").take("https"))
                .hasMessageEndingWith("(handed over: none, as $LISTEN_FDS is \"" + count + "\")");
    }

    private static InheritedSockets sockets(String pid, String count, String names) {
        return new InheritedSockets(Map.of("LISTEN_PID", pid, "LISTEN_FDS", count, "LISTEN_FDNAMES", names));
    }
}
