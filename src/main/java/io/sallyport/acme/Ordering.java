package io.sallyport.acme;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.value.Cidr;
import io.sallyport.metrics.AcmeMeters.OrderResult;
import io.sallyport.tls.source.AcmeStorage;
import io.sallyport.tls.x509.SelfSigned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.OrderBuilder;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.shredzone.acme4j.challenge.TokenChallenge;

/**
 * One order, from the account to the certificate in the storage (RFC 8555 section 7.4). Whoever runs it has the lock.
 *
 * <p>What would be lost with this process is written down before the next step: the key before the order is finalized, and the
 * order's URL, so that another process goes on where this one ended.
 */
final class Ordering {
    /** Of each wait for the authority. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration LONGEST_POLL = Duration.ofMinutes(1);
    private static final Duration CHALLENGE_LIFE = Duration.ofDays(1);

    private final Authority authority;
    private final Keeper keeper;
    private final CertificateConfig.Acme certificate;
    private final AcmeStorage storage;
    private final ChallengeFiles challenges;

    Ordering(Authority authority, Keeper keeper, ChallengeFiles challenges) {
        this.authority = authority;
        this.keeper = keeper;
        this.certificate = keeper.certificate();
        this.storage = keeper.storage();
        this.challenges = challenges;
    }

    /** Returns once there is another certificate in the storage. */
    void run() throws OrderFailure, IOException, InterruptedException {
        Optional<String> exposure = storage.exposure();
        if (exposure.isPresent()) {
            throw new OrderFailure(OrderResult.STORAGE, storage.folder() + ": " + exposure.get());
        }
        Login login = authority.login(storage);
        PendingOrder pending = PendingOrder.read(storage.order(certificate)).orElse(null);
        Order order = pending == null ? null : resumed(login, pending);
        if (pending == null || order == null) {
            KeyPair key = KeyPairs.create(certificate.authority().key());
            order = created(login);
            pending = new PendingOrder(order.getLocation(), key);
            pending.write(storage, certificate);
        }
        prove(order);
        List<X509Certificate> chain = issued(order, pending.key());
        try {
            IssuedChain.check(chain, pending.key(), certificate.names(), Instant.now());
        } catch (OrderFailure e) {
            // Or the same would be fetched again at every attempt.
            PendingOrder.delete(storage, certificate);
            throw e;
        }
        storage.write(
                storage.certificate(certificate),
                PemText.chainAndKey(chain, pending.key().getPrivate()));
        PendingOrder.delete(storage, certificate);
    }

    /** The order of a process that ended; null: the authority does not have it any more, or it led to nothing. */
    private @Nullable Order resumed(Login login, PendingOrder pending) throws IOException, InterruptedException {
        try {
            Order order = login.bindOrder(pending.url());
            Failures.ofAuthority(order::fetch);
            if (order.getStatus() != Status.INVALID && order.getStatus() != Status.EXPIRED) {
                return order;
            }
        } catch (OrderFailure e) {
            if (e.result() == OrderResult.UNREACHABLE || e.result() == OrderResult.RATE_LIMITED) {
                throw new IOException(e.getMessage(), e);
            }
        }
        PendingOrder.delete(storage, certificate);
        return null;
    }

    private Order created(Login login) throws OrderFailure, InterruptedException {
        OrderBuilder order = login.newOrder()
                .identifiers(
                        certificate.names().stream().map(Ordering::identifier).toList());
        @Nullable String profile = certificate.authority().profile();
        if (profile != null) {
            order.profile(profile);
        }
        @Nullable
        X509Certificate replaced = keeper.held().map(each -> each.leaf()).orElse(null);
        if (replaced != null && authority.suggestsRenewals()) {
            order.replaces(replaced);
        }
        return Failures.ofAuthority(order::create);
    }

    static Identifier identifier(String name) {
        return Cidr.isAddress(name) ? Identifier.ip(name) : Identifier.dns(name);
    }

    /** Shows the authority that each name leads here. */
    private void prove(Order order) throws OrderFailure, IOException, InterruptedException {
        if (order.getStatus() != Status.PENDING) {
            return;
        }
        Map<Authorization, TokenChallenge> open = new LinkedHashMap<>();
        for (Authorization each : Failures.ofAuthority(order::getAuthorizations)) {
            if (Failures.ofAuthority(each::getStatus) == Status.PENDING) {
                open.put(each, challenge(each));
            }
        }
        for (Map.Entry<Authorization, TokenChallenge> each : open.entrySet()) {
            prepare(each.getKey().getIdentifier().getValue(), each.getValue());
        }
        challenges.look();
        if (!open.isEmpty()) {
            // Behind a load balancer the authority may come to another process, which looks this often.
            Thread.sleep(ChallengeFiles.LOOK.plusMillis(200).toMillis());
        }
        for (TokenChallenge each : open.values()) {
            Failures.tellAuthority(each::trigger);
        }
        for (Map.Entry<Authorization, TokenChallenge> each : open.entrySet()) {
            await(each.getKey());
            if (each.getKey().getStatus() != Status.VALID) {
                throw refused(each.getKey(), each.getValue());
            }
        }
    }

    /** Writes down what the authority will be answered with. */
    private void prepare(String name, TokenChallenge challenge) throws OrderFailure, IOException, InterruptedException {
        if (challenge instanceof TlsAlpn01Challenge byTls) {
            byte[] validation = Failures.ofAuthority(byTls::getAcmeValidation);
            SelfSigned answer = SelfSigned.forChallenge(name, validation, CHALLENGE_LIFE);
            storage.write(
                    storage.challenge(ChallengeName.of(name)),
                    PemText.chainAndKey(List.of(answer.certificate()), answer.key()));
        } else if (challenge instanceof Http01Challenge byHttp) {
            // acme4j takes Base64url alone for a token: it cannot lead out of the folder.
            String token = Failures.ofAuthority(byHttp::getToken);
            String authorization = Failures.ofAuthority(byHttp::getAuthorization);
            storage.write(storage.token(token), authorization.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private Class<? extends TokenChallenge> kind() {
        return switch (certificate.authority().challenge()) {
            case TLS_ALPN_01 -> TlsAlpn01Challenge.class;
            case HTTP_01 -> Http01Challenge.class;
        };
    }

    private Optional<TokenChallenge> find(Authorization authorization) throws OrderFailure, InterruptedException {
        return Failures.ofAuthority(() -> authorization.findChallenge(kind()).map(TokenChallenge.class::cast));
    }

    private TokenChallenge challenge(Authorization authorization) throws OrderFailure, InterruptedException {
        return find(authorization)
                .orElseThrow(() -> new OrderFailure(
                        OrderResult.REFUSED,
                        authorization.getIdentifier().getValue() + ": the authority does not take a proof by "
                                + certificate.authority().challenge().tag()));
    }

    private OrderFailure refused(Authorization authorization, TokenChallenge asked)
            throws OrderFailure, InterruptedException {
        TokenChallenge latest = find(authorization).orElse(asked);
        Optional<Problem> problem = Failures.ofAuthority(latest::getError);
        return new OrderFailure(
                OrderResult.REFUSED,
                authorization.getIdentifier().getValue() + ": "
                        + problem.map(Failures::words).orElse("not proved, and no reason given"));
    }

    private static List<X509Certificate> issued(Order order, KeyPair key) throws OrderFailure, InterruptedException {
        Failures.ofAuthority(order::fetch);
        if (order.getStatus() == Status.PENDING) {
            // The authorizations are good; the order follows.
            await(order, Status.READY);
        }
        if (order.getStatus() == Status.READY) {
            Failures.tellAuthority(() -> order.execute(key));
        }
        await(order, Status.VALID);
        if (order.getStatus() != Status.VALID) {
            throw new OrderFailure(
                    OrderResult.REFUSED,
                    order.getError().map(Failures::words).orElse("the order is " + order.getStatus()));
        }
        return Failures.ofAuthority(() -> new ArrayList<>(order.getCertificate().getCertificateChain()));
    }

    private static void await(PollableResource resource, Status... others) throws OrderFailure, InterruptedException {
        List<Status> ends = new ArrayList<>(List.of(others));
        ends.addAll(List.of(Status.VALID, Status.INVALID, Status.EXPIRED, Status.REVOKED, Status.DEACTIVATED));
        Instant end = Instant.now().plus(PATIENCE);
        while (!ends.contains(Failures.ofAuthority(resource::getStatus))) {
            Instant now = Instant.now();
            if (now.isAfter(end)) {
                throw new OrderFailure(OrderResult.UNREACHABLE, "not done within " + PATIENCE.toMinutes() + " minutes");
            }
            Duration asked = Failures.ofAuthority(resource::fetch)
                    .map(again -> Duration.between(Instant.now(), again))
                    .orElse(POLL);
            Duration wait = asked.compareTo(LONGEST_POLL) > 0 ? LONGEST_POLL : asked;
            if (!ends.contains(resource.getStatus())) {
                Thread.sleep(Math.max(100, wait.toMillis()));
            }
        }
    }
}
