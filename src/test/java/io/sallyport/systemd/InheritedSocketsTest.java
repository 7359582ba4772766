package io.sallyport.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which descriptors a service manager has handed over, by what the environment says. */
class InheritedSocketsTest {
    private static final String OURS = String.valueOf(ProcessHandle.current().pid());

    @Test
    void descriptorsAreNumberedFromThreeInTheOrderOfTheirNames() {
        InheritedSockets sockets = sockets(OURS, "3", "https:admin:plain");

        assertThat(sockets.take("https")).hasValue(3);
        assertThat(sockets.take("plain")).hasValue(5);
        assertThat(sockets.take("admin")).hasValue(4);
    }

    @Test
    void eachIsTakenOnce() {
        InheritedSockets sockets = sockets(OURS, "1", "https");

        assertThat(sockets.take("https")).hasValue(3);
        assertThat(sockets.take("https")).isEmpty();
    }

    @Test
    void ofTwoWithOneNameTheFirstIsTaken() {
        assertThat(sockets(OURS, "2", "https:https").take("https")).hasValue(3);
    }

    @Test
    void aNameThatWasNotGivenHasNone() {
        assertThat(sockets(OURS, "1", "https").take("http")).isEmpty();
    }

    @Test
    void aDescriptorWithoutANameIsUnknown() {
        InheritedSockets unnamed = new InheritedSockets(Map.of("LISTEN_PID", OURS, "LISTEN_FDS", "1"));

        assertThat(unnamed.take("unknown")).hasValue(3);
        assertThat(sockets(OURS, "2", "https").take("unknown")).hasValue(4);
        assertThat(sockets(OURS, "2", ":https").take("https")).hasValue(4);
    }

    @Test
    void aNameWithoutADescriptorHasNone() {
        assertThat(sockets(OURS, "1", "https:admin").take("admin")).isEmpty();
    }

    @Test
    void whatIsMeantForAnotherProcessIsNotOurs() {
        assertThat(sockets("1", "1", "https").take("https")).isEmpty();
        assertThat(new InheritedSockets(Map.of("LISTEN_FDS", "1", "LISTEN_FDNAMES", "https")).take("https"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "0", "many", "99999999999"})
    void aCountThatIsNoneGivesNone(String count) {
        assertThat(sockets(OURS, count, "https").take("https")).isEmpty();
    }

    private static InheritedSockets sockets(String pid, String count, String names) {
        return new InheritedSockets(Map.of("LISTEN_PID", pid, "LISTEN_FDS", count, "LISTEN_FDNAMES", names));
    }
}
