package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.AccessRuleConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.eventloop.SlicedTasks;
import io.sallyport.metrics.CloseReason;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.trust.ClientTrust;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When a connected client is judged again, and by what. The loop's time is advanced by hand. */
class ClientWatchTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final AtomicInteger judgements = new AtomicInteger();
    private final List<CloseReason> refusals = new ArrayList<>();
    private Instant now = Instant.now();
    private Optional<ClientTrust> inService = Optional.empty();

    @Test
    void anExpiredCertificateBesideTheChainIsNoReasonToJudge() {
        X509Certificate unused = ROOT.client("unused").expired().issue().leaf();
        watch(trust(List.of()), leaf(Duration.ofDays(2)), unused);

        advance(Duration.ofHours(1));

        assertThat(judgements).hasValue(0);
    }

    @Test
    void aCertificateBesideTheChainThatEndsIsLookedAtOnce() {
        X509Certificate unused = leaf(Duration.ofMinutes(1));
        watch(trust(List.of()), leaf(Duration.ofDays(2)), unused);

        advance(Duration.ofHours(1));

        assertThat(judgements).hasValue(1);
        assertThat(refusals).isEmpty();
    }

    @Test
    void theEndOfItsCertificateEndsAClientWhoseRouteIsGone() {
        ClientTrust trust = trust(List.of());
        ClientWatch watch = watch(trust, leaf(Duration.ofMinutes(1)));
        inService = Optional.empty();
        watch.onReload();
        now = now.plus(Duration.ofMinutes(2));

        advance(Duration.ofMinutes(2));

        assertThat(refusals).containsExactly(CloseReason.CLIENT_CERTIFICATE_EXPIRED);
    }

    @Test
    void aReloadOfSomethingElseJudgesNobody() {
        ClientWatch watch = watch(trust(List.of()), leaf(Duration.ofDays(2)));
        inService = Optional.of(trust(List.of()));

        watch.onReload();
        advance(Duration.ofSeconds(1));

        assertThat(judgements).hasValue(0);
    }

    @Test
    void aReloadOfTheRulesJudgesOnce() {
        ClientWatch watch = watch(trust(List.of()), leaf(Duration.ofDays(2)));
        inService = Optional.of(trust(List.of(rule("someone else"))));

        watch.onReload();
        watch.onReload();
        assertThat(judgements).hasValue(0);
        advance(Duration.ofSeconds(1));
        watch.onReload();
        advance(Duration.ofSeconds(1));

        assertThat(judgements).hasValue(1);
        assertThat(refusals).isEmpty();
    }

    @Test
    void aClientThatCameInWhileTheRulesChangedIsJudgedByTheNewOnes() {
        ClientTrust before = trust(List.of());
        inService = Optional.of(trust(List.of(rule("ops"))));

        begin(before, leaf(Duration.ofDays(2)));
        advance(Duration.ofSeconds(1));

        assertThat(refusals).containsExactly(CloseReason.CLIENT_CERTIFICATE_REFUSED);
    }

    @Test
    void aConnectionThatIsOverIsNotJudged() {
        ClientWatch watch = watch(trust(List.of()), leaf(Duration.ofMinutes(1)));
        inService = Optional.of(trust(List.of(rule("ops"))));
        watch.onReload();

        watch.cancel();
        advance(Duration.ofHours(1));

        assertThat(judgements).hasValue(0);
    }

    private ClientWatch watch(ClientTrust trust, X509Certificate... chain) {
        inService = Optional.of(trust);
        return begin(trust, chain);
    }

    private ClientWatch begin(ClientTrust trust, X509Certificate... chain) {
        EventLoop loop = channel.eventLoop();
        ClientWatch watch = new ClientWatch(
                "id", "https", List.of(chain), trust, () -> inService, loop, new SlicedTasks(loop), refusals::add);
        watch.begin();
        return watch;
    }

    private void advance(Duration time) {
        for (int i = 0; i < 100; i++) {
            channel.advanceTimeBy(time.toNanos() / 100, TimeUnit.NANOSECONDS);
            channel.runPendingTasks();
        }
    }

    private X509Certificate leaf(Duration left) {
        IssuedCertificate issued = ROOT.client("ops")
                .validity(now.minusSeconds(60), now.plus(left))
                .issue();
        return issued.leaf();
    }

    private ClientTrust trust(List<AccessRuleConfig> deny) {
        ClientAuthConfig config = new ClientAuthConfig(
                Mode.REQUIRE,
                List.of(),
                List.of(),
                CrlFetchConfig.NONE,
                CrlPolicy.SOFT_FAIL,
                4,
                true,
                List.of(),
                deny,
                new Place("here"));
        TrustAnchors anchors = new TrustAnchors(List.of(new TrustAnchors.Source("root", List.of(ROOT.certificate()))));
        return new ClientTrust(config, anchors, Crls.none(), () -> {
            judgements.incrementAndGet();
            return now;
        });
    }

    private static AccessRuleConfig rule(String commonName) {
        return new AccessRuleConfig(List.of(new AccessRuleConfig.Exactly(AccessRuleConfig.Name.CN, commonName)));
    }
}
