package io.sallyport.acme;

import io.sallyport.acme.Renewal.Window;
import io.sallyport.config.tls.AcmeConfig;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.metrics.AcmeMeters;
import io.sallyport.metrics.AcmeMeters.OrderResult;
import io.sallyport.text.SafeText;
import io.sallyport.tls.context.ChallengeAnswers;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.source.AcmeStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** What is done turn by turn: look at the storages, then do what is due. On one thread alone. */
final class AcmeWork {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.acme");

    /** While another process speaks to the authority. */
    private static final Duration OTHER = Duration.ofSeconds(2);

    private static final int LONGEST = 500;

    private final ChallengeAnswers answers;
    private final AcmeMeters meters;
    private final Runnable onChange;
    private final Map<CertificateConfig.Acme, Keeper> keepers = new LinkedHashMap<>();
    private final Map<Path, ChallengeFiles> challenges = new HashMap<>();
    private final Map<AcmeConfig, Authority> authorities = new HashMap<>();
    private String reported = "";

    AcmeWork(ChallengeAnswers answers, AcmeMeters meters, Runnable onChange) {
        this.answers = answers;
        this.meters = meters;
        this.onChange = onChange;
    }

    /** Keeps these, and no others any more. */
    void follow(List<CertificateConfig.Acme> wanted) {
        if (List.copyOf(keepers.keySet()).equals(wanted)) {
            return;
        }
        keepers.keySet().retainAll(Set.copyOf(wanted));
        Map<CertificateConfig.Acme, Keeper> kept = new LinkedHashMap<>(keepers);
        keepers.clear();
        wanted.forEach(each -> keepers.put(each, kept.containsKey(each) ? kept.get(each) : keeper(each)));
        Set<AcmeConfig> asked =
                wanted.stream().map(CertificateConfig.Acme::authority).collect(Collectors.toSet());
        authorities.keySet().retainAll(asked);
        meters.follow(asked.stream().map(AcmeConfig::name).collect(Collectors.toSet()));
        Set<Path> folders =
                keepers.values().stream().map(each -> each.storage().folder()).collect(Collectors.toSet());
        challenges.entrySet().removeIf(entry -> {
            boolean gone = !folders.contains(entry.getKey());
            if (gone) {
                entry.getValue().close();
            }
            return gone;
        });
        keepers.values()
                .forEach(each -> challenges.computeIfAbsent(
                        each.storage().folder(), any -> new ChallengeFiles(each.storage(), answers)));
    }

    private static Keeper keeper(CertificateConfig.Acme certificate) {
        return new Keeper(
                certificate,
                new AcmeStorage(certificate.authority().storage()),
                new Plan(
                        certificate.authority().renewBefore(),
                        Backoff.USUAL,
                        () -> ThreadLocalRandom.current().nextDouble()));
    }

    /** Does what is due, and says how it stands. */
    List<AcmeStatus> turn() throws InterruptedException {
        boolean changed = false;
        for (Keeper keeper : keepers.values()) {
            changed |= look(keeper);
        }
        for (Keeper keeper : keepers.values()) {
            changed |= step(keeper);
        }
        if (changed) {
            onChange.run();
        }
        Instant now = Instant.now();
        Map<String, Instant> next = new TreeMap<>();
        keepers.values()
                .forEach(each ->
                        next.put(each.certificate().names().get(0), each.plan().nextOrder(now)));
        meters.nextOrders(next);
        return keepers.values().stream().map(each -> each.status(now)).toList();
    }

    void close() {
        challenges.values().forEach(ChallengeFiles::close);
    }

    private boolean look(Keeper keeper) {
        try {
            keeper.storage().create();
            files(keeper).look();
            boolean changed = keeper.look(Instant.now());
            reported = "";
            return changed;
        } catch (IOException e) {
            // Once for each new fault: the next look is in a second.
            if (!e.toString().equals(reported)) {
                reported = e.toString();
                LOG.atWarn()
                        .addKeyValue("storage", keeper.storage().folder().toString())
                        .log("the storage cannot be used: {}", reported);
            }
            return false;
        }
    }

    private boolean step(Keeper keeper) throws InterruptedException {
        Plan.Step step = keeper.plan().step(Instant.now());
        if (step == Plan.Step.NOTHING) {
            return false;
        }
        if (step == Plan.Step.ASK) {
            ask(keeper);
            return false;
        }
        try (StorageLock lock = StorageLock.take(keeper.storage()).orElse(null)) {
            if (lock == null) {
                keeper.plan().waits(Instant.now().plus(OTHER));
                return false;
            }
            // Another process may have ordered it since the last look.
            boolean changed = keeper.look(Instant.now());
            return keeper.plan().step(Instant.now()) == Plan.Step.ORDER ? order(keeper) || changed : changed;
        } catch (IOException e) {
            failed(keeper, new OrderFailure(OrderResult.STORAGE, "storage: " + e));
            return false;
        }
    }

    private void ask(Keeper keeper) throws InterruptedException {
        Optional<KeyMaterial> held = keeper.held();
        if (held.isEmpty()) {
            return;
        }
        try {
            Authority authority = authority(keeper);
            if (!authority.suggestsRenewals()) {
                keeper.plan().neverSuggested();
                return;
            }
            Authority.Suggestion suggestion = authority.suggestion(held.get().leaf());
            @Nullable Window window = suggestion.window();
            keeper.plan().suggested(window, suggestion.again(), Instant.now());
            about(keeper, LOG.atDebug())
                    .addKeyValue(
                            "renewal", keeper.plan().nextOrder(Instant.now()).toString())
                    .log("the authority was asked when to renew");
        } catch (OrderFailure e) {
            // The share of the lifetime holds until it answers.
            keeper.plan().notAnswered(e.notBefore(), Instant.now());
            about(keeper, LOG.atDebug()).log("the authority does not say when to renew: {}", e.getMessage());
        }
    }

    /** Whether there is another certificate. Whoever calls it has the lock. */
    private boolean order(Keeper keeper) throws InterruptedException, IOException {
        try {
            files(keeper).clear();
            about(keeper, LOG.atInfo()).log("ordering a certificate");
            new Ordering(authority(keeper), keeper, files(keeper)).run();
            Files.deleteIfExists(keeper.storage().wish(keeper.certificate()));
            keeper.look(Instant.now());
            keeper.attempted(Instant.now(), OrderResult.SUCCESS, "");
            meters.ordered(keeper.certificate().authority().name(), OrderResult.SUCCESS);
            about(keeper, LOG.atInfo())
                    .addKeyValue(
                            "not_after",
                            keeper.held()
                                    .map(each -> each.notAfter().toString())
                                    .orElse(""))
                    .addKeyValue(
                            "next_order", keeper.plan().nextOrder(Instant.now()).toString())
                    .log("a certificate is issued");
            return true;
        } catch (OrderFailure e) {
            Files.deleteIfExists(keeper.storage().wish(keeper.certificate()));
            failed(keeper, e);
            return false;
        } catch (RuntimeException e) {
            // A thread that ends here would renew nothing any more, and nobody would know.
            LOG.atDebug().setCause(e).log("ordering failed");
            failed(keeper, new OrderFailure(OrderResult.ERROR, SafeText.line(e.toString(), LONGEST)));
            return false;
        } finally {
            files(keeper).clear();
        }
    }

    private void failed(Keeper keeper, OrderFailure failure) {
        Instant now = Instant.now();
        keeper.plan().failed(failure.notBefore(), now);
        // Anew from the start: a directory, an account or a trust anchor may be another by then.
        authorities.remove(keeper.certificate().authority());
        String detail = String.valueOf(failure.getMessage());
        keeper.attempted(now, failure.result(), detail);
        meters.ordered(keeper.certificate().authority().name(), failure.result());
        about(keeper, LOG.atWarn())
                .addKeyValue("result", failure.result().tag())
                .addKeyValue("failures", keeper.plan().failures())
                .addKeyValue("next_attempt", keeper.plan().nextOrder(now).toString())
                .log("no certificate: {}", detail);
    }

    private static LoggingEventBuilder about(Keeper keeper, LoggingEventBuilder line) {
        AcmeConfig authority = keeper.certificate().authority();
        return line.addKeyValue("authority", authority.name())
                .addKeyValue("directory", authority.directory().toString())
                .addKeyValue("names", String.join(" ", keeper.certificate().names()));
    }

    private Authority authority(Keeper keeper) throws OrderFailure {
        AcmeConfig config = keeper.certificate().authority();
        @Nullable Authority known = authorities.get(config);
        if (known == null) {
            known = Authority.open(config);
            authorities.put(config, known);
        }
        return known;
    }

    private ChallengeFiles files(Keeper keeper) {
        return challenges.computeIfAbsent(
                keeper.storage().folder(), any -> new ChallengeFiles(keeper.storage(), answers));
    }
}
