package io.sallyport.tls.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.eventloop.Transport;
import io.sallyport.metrics.SpiffeMeters.UpdateResult;
import io.sallyport.retry.Doubling;
import io.sallyport.testing.CapturedLog;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.UnixSocket;
import io.sallyport.testing.WorkloadServer;
import io.sallyport.testing.WorkloadServer.Svid;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The other end of the Workload API, good and hostile: what is good stays, and what is better is taken once it comes. */
final class WorkloadApiTest {
    private static final String ID = "spiffe://ours/db";
    private static final CertificateAuthority OURS = CertificateAuthority.create("Ours");
    private static final CertificateAuthority PARTNER = CertificateAuthority.create("Partner");
    private static final Doubling SOON = new Doubling(Duration.ofMillis(20), Duration.ofMillis(50));

    @TempDir
    private Path directory;

    private final Queue<UpdateResult> results = new ConcurrentLinkedQueue<>();
    private final CapturedLog log = CapturedLog.start();
    private Path socket = Path.of("");
    private WorkloadApi api = WorkloadApi.none();

    @BeforeEach
    void make() {
        socket = directory.resolve("agent.sock");
        api = api(Duration.ofSeconds(20));
    }

    @AfterEach
    void end() {
        api.close();
        log.close();
        assertThat(log.faults()).isEmpty();
    }

    private WorkloadApi api(Duration patience) {
        return api(patience, Keepalive.USUAL);
    }

    private WorkloadApi api(Duration patience, Keepalive keepalive) {
        return new WorkloadApi(
                new NetworkAddress.Unix(socket.toString()), Transport.EPOLL, results::add, SOON, patience, keepalive);
    }

    @Test
    void theFirstAskerWaitsForTheFirstIdentity() {
        Svid svid = Svid.of(ID, OURS);
        try (WorkloadServer agent = WorkloadServer.at(socket, svid)) {
            assertThat(api.status()).isNull();

            WorkloadIdentity identity = api.identity().orElseThrow();

            assertThat(identity.chain()).isEqualTo(svid.certificate().chain());
            WorkloadStatus status = Objects.requireNonNull(api.status());
            assertThat(status.connected()).isTrue();
            assertThat(status.id()).isEqualTo(ID);
            assertThat(status.trustDomains()).containsExactly("ours");
            assertThat(status.lastResult()).isEqualTo("success");
            assertThat(agent.calls()).isOne();
            assertThat(results).containsExactly(UpdateResult.SUCCESS);
        }
    }

    @Test
    void nothingIsHadFromAnAgentThatIsNotThereUntilItIs() {
        WorkloadApi impatient = api(Duration.ofMillis(50));
        try (impatient) {
            assertThat(impatient.identity()).isEmpty();
            assertThat(impatient.problem()).isEqualTo("there is no such socket");

            try (WorkloadServer agent = WorkloadServer.at(socket, Svid.of(ID, OURS))) {
                await().until(() -> impatient.identity().isPresent());
                assertThat(agent.calls()).isOne();
            }
        }
    }

    /** As when its process is stopped: what connects is still taken by the kernel. */
    @Test
    void anAgentThatHangsIsSeenAndAskedAnewWhileTheLastIdentityStays() {
        Keepalive often = new Keepalive(Duration.ofMillis(50), Duration.ofSeconds(2));
        Svid svid = Svid.of(ID, OURS);
        try (WorkloadServer agent = WorkloadServer.at(socket, svid);
                WorkloadApi watched = api(Duration.ofSeconds(20), often)) {
            watched.identity();
            WorkloadServer.Hang hang = agent.hang();
            try (hang) {
                await().until(() -> !Objects.requireNonNull(watched.status()).connected());
                assertThat(Objects.requireNonNull(watched.status()).lastResult())
                        .isEqualTo("unreachable");
                assertThat(watched.problem()).isEqualTo("it hangs: no answer to a PING within 2s");
                assertThat(watched.identity().orElseThrow().chain())
                        .isEqualTo(svid.certificate().chain());
            }

            await().until(() -> Objects.requireNonNull(watched.status()).connected());
            assertThat(agent.calls()).isGreaterThan(1);
        }
    }

    @Test
    void whatIsRotatedIsTakenAndToldOf() {
        AtomicInteger changes = new AtomicInteger();
        try (WorkloadServer agent = WorkloadServer.at(socket, Svid.of(ID, OURS))) {
            api.identity();
            api.follow(changes::incrementAndGet);

            Svid next = Svid.of(ID, OURS);
            agent.give(next, Map.of("spiffe://partner", List.of(PARTNER.certificate())));

            await().until(() -> shows(next));
            await().untilAsserted(() -> assertThat(changes).hasValue(1));
            assertThat(api.identity().orElseThrow().domains()).containsOnlyKeys("ours", "partner");
            assertThat(agent.calls()).isOne();

            // The same again changes nothing.
            agent.give(next, Map.of("spiffe://partner", List.of(PARTNER.certificate())));
            await().until(() -> results.size() == 3);
            assertThat(changes).hasValue(1);
        }
    }

    @Test
    void whoIsRefusedAsksAgain() {
        try (WorkloadServer agent = WorkloadServer.at(socket)) {
            agent.refuse(Status.PERMISSION_DENIED.withDescription("no identity\nissued"));
            WorkloadApi impatient = api(Duration.ofMillis(50));
            try (impatient) {
                assertThat(impatient.identity()).isEmpty();
                await().until(() -> agent.calls() > 2);
                assertThat(results).containsOnly(UpdateResult.REFUSED);
                assertThat(impatient.problem())
                        .startsWith("PERMISSION_DENIED: no identity")
                        .doesNotContain("\n");

                agent.give(Svid.of(ID, OURS));
                await().until(() -> impatient.identity().isPresent());
            }
            // The same reason again and again is one line.
            assertThat(log.lines("no SVID from the Workload API")).hasSize(1);
        }
    }

    @Test
    void whatCannotBeUsedLeavesWhatIsGood() {
        Svid good = Svid.of(ID, OURS);
        assertKept(
                good,
                agent -> agent.give(Svid.of(ID, OURS.server().uri(ID).expired().issue(), OURS)));
        assertKept(good, agent -> agent.give(Svid.of(ID, good.certificate(), PARTNER)));
        assertKept(
                good,
                agent -> agent.give(
                        new Svid(ID, good.certificate(), Svid.of(ID, OURS).key(), good.bundle())));
        assertKept(good, agent -> agent.giveBytes(new byte[] {10, 127, 1}));
        assertKept(good, agent -> agent.giveBytes(new byte[0]));
        assertKept(good, agent -> agent.giveBytes(new byte[20 << 20]));
    }

    private void assertKept(Svid good, Consumer<WorkloadServer> hostile) {
        results.clear();
        try (WorkloadServer agent = WorkloadServer.at(socket, good);
                WorkloadApi own = api(Duration.ofSeconds(20))) {
            assertThat(own.identity()).isPresent();

            hostile.accept(agent);

            await().until(() -> results.contains(UpdateResult.UNUSABLE));
            assertThat(own.identity().orElseThrow().chain())
                    .isEqualTo(good.certificate().chain());
            // It asks again, and takes what is better.
            Svid next = Svid.of(ID, OURS);
            agent.give(next);
            await().until(() -> own.identity()
                    .orElseThrow()
                    .chain()
                    .equals(next.certificate().chain()));
        }
    }

    @Test
    void anAgentThatGoesLeavesTheLastIdentityAndIsFoundAgain() {
        Svid first = Svid.of(ID, OURS);
        try (WorkloadServer agent = WorkloadServer.at(socket, first)) {
            assertThat(api.identity()).isPresent();
            agent.endStreams();
            await().until(() -> agent.calls() == 2 && agent.streams() == 1);
            assertThat(results).contains(UpdateResult.ENDED);
        }
        await().until(() -> results.contains(UpdateResult.UNREACHABLE));
        assertThat(shows(first)).isTrue();
        assertThat(Objects.requireNonNull(api.status()).connected()).isFalse();

        Svid next = Svid.of(ID, OURS);
        try (WorkloadServer agent = WorkloadServer.at(socket, next)) {
            await().until(() -> shows(next));
            assertThat(Objects.requireNonNull(api.status()).failures()).isZero();
            assertThat(agent.streams()).isOne();
        }
    }

    @Test
    void whatSpeaksNoHttp2IsTold() throws IOException {
        try (ServerSocketChannel stranger = UnixSocket.echoing(socket, "HTTP/1.1 400 Bad Request\r\n\r\n")) {
            WorkloadApi impatient = api(Duration.ofMillis(50));
            try (impatient) {
                assertThat(impatient.identity()).isEmpty();
                await().until(() -> results.contains(UpdateResult.UNUSABLE));
                assertThat(impatient.problem()).isNotEmpty();
            }
            assertThat(stranger.isOpen()).isTrue();
        }
    }

    @Test
    void whoeverRestsForgetsAndAsksAnew() {
        try (WorkloadServer agent = WorkloadServer.at(socket, Svid.of(ID, OURS))) {
            assertThat(api.identity()).isPresent();

            api.rest();
            await().until(() -> agent.streams() == 0);
            assertThat(api.status()).isNull();

            assertThat(api.identity()).isPresent();
            assertThat(agent.calls()).isEqualTo(2);
        }
    }

    @Test
    void noSecretIsInALog() {
        Svid svid = Svid.of(ID, OURS);
        try (WorkloadServer agent = WorkloadServer.at(socket, svid)) {
            assertThat(api.identity()).isPresent();
            agent.give(new Svid(ID, Svid.of(ID, OURS).certificate(), svid.key(), svid.bundle()));
            await().until(() -> results.contains(UpdateResult.UNUSABLE));
        }
        String secret = svid.certificate().keyPem().lines().skip(1).findFirst().orElseThrow();
        assertThat(log.lines("")).isNotEmpty().noneMatch(line -> line.contains(secret.substring(0, 20)));
    }

    private boolean shows(Svid svid) {
        return api.identity()
                .filter(identity -> identity.chain().equals(svid.certificate().chain()))
                .isPresent();
    }
}
