package io.sallyport.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessMemoryTest {
    private static final long MIB = 1 << 20;

    /** The shares of src/main/docker/jvm.options. */
    @ParameterizedTest
    @ValueSource(ints = {64, 128, 256, 512, 2048})
    void whatTheConnectionsMayHoldFitsIntoEachOfTheThree(int mebibytes) {
        long fifth = mebibytes * MIB / 5;
        ProcessMemory process = new ProcessMemory(fifth, fifth, mebibytes * MIB);
        ConnectionMemory each = ConnectionMemory.atMost(true, true);

        int places = process.places(each);

        assertThat(places).isGreaterThan(mebibytes / 4);
        assertThat(places * each.heap() + ProcessMemory.FIXED_HEAP).isLessThan(process.heap());
        assertThat(places * each.direct()).isLessThan(process.direct());
        assertThat(places * (each.direct() + each.resident()) + process.heap() + ProcessMemory.FIXED)
                .isLessThanOrEqualTo(process.resident());
    }

    /** The shares of src/main/docker/jvm.options, and a JVM without a container. */
    @ParameterizedTest
    @CsvSource({"16, 64", "32, 128", "48, 192", "100, 512", "32, 24000", "6000, 24000"})
    void sessionsOfStrangersTakeAThirtiethOfWhatIsOutsideOfTheHeapAtMost(int heap, int resident) {
        long sessions = new ProcessMemory(heap * MIB, heap * MIB, resident * MIB).sessions();

        assertThat(sessions).isBetween(MIB / 16, Math.max(MIB / 4, (resident - heap) * MIB / 30));
        assertThat(sessions / 4).as("in the heap").isLessThanOrEqualTo(heap * MIB / 16);
    }

    @Test
    void clientCertificatesAndTlsTowardsBackendsCostPlaces() {
        ProcessMemory process = new ProcessMemory(100 * MIB, 100 * MIB, 512 * MIB);

        assertThat(process.places(ConnectionMemory.atMost(true, false)))
                .isLessThan(process.places(ConnectionMemory.atMost(false, false)));
        assertThat(process.places(ConnectionMemory.atMost(false, true)))
                .isLessThan(process.places(ConnectionMemory.atMost(false, false)));
    }

    @Test
    void whereNothingFitsOneIsTaken() {
        assertThat(new ProcessMemory(MIB, MIB, MIB).places(ConnectionMemory.IDLE))
                .isOne();
    }

    @Test
    void noPhaseIsLargerThanTheMost() {
        ConnectionMemory most = ConnectionMemory.atMost(true, false);

        for (ConnectionMemory phase : new ConnectionMemory[] {
            ConnectionMemory.SILENT,
            ConnectionMemory.HANDSHAKING,
            ConnectionMemory.CLIENT_CERTIFICATE,
            ConnectionMemory.RELAYING
        }) {
            assertThat(phase.heap()).isLessThanOrEqualTo(most.heap());
            assertThat(phase.direct()).isLessThanOrEqualTo(most.direct());
            assertThat(phase.resident()).isLessThanOrEqualTo(most.resident());
        }
    }
}
