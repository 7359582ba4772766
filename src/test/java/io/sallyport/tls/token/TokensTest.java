package io.sallyport.tls.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.metrics.TokenMeters;
import io.sallyport.metrics.TokenMeters.SignatureResult;
import io.sallyport.testing.CapturedLog;
import io.sallyport.testing.KeyKind;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.Password;
import io.sallyport.tls.material.RemoteKey;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys in a token that is wrong, away, or does not answer. */
final class TokensTest {
    private static final KeyPair EC = KeyKind.EC_P256.generate();
    private static final KeyPair RSA = KeyKind.RSA_2048.generate();
    private static final byte[] MESSAGE = {1, 2, 3};
    private static final int ECDSA = 0x0403;
    private static final TokenName T = new TokenName(Path.of("m"), "T");

    private final FakeModule module = new FakeModule();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Tokens tokens = new Tokens(path -> module, new TokenMeters(registry), Duration.ofMillis(50));
    private String pin = "1234";

    @BeforeEach
    void keys() {
        module.keys.put("ec", EC.getPrivate());
        module.keys.put("rsa", RSA.getPrivate());
    }

    @Test
    void signsAsTlsHasIt() throws Exception {
        Signature ec = Signature.getInstance("SHA256withECDSA");
        ec.initVerify(EC.getPublic());
        ec.update(MESSAGE);
        assertThat(ec.verify(key("ec", EC).sign(ECDSA, MESSAGE).join())).isTrue();

        Signature rsa = Signature.getInstance("SHA256withRSA");
        rsa.initVerify(RSA.getPublic());
        rsa.update(MESSAGE);
        assertThat(rsa.verify(key("rsa", RSA).sign(0x0401, MESSAGE).join())).isTrue();
        assertThat(module.triedPins).containsExactly("1234");
    }

    @Test
    void aKeyThatIsNotTheCertificatesIsRefused() {
        assertThatExceptionOfType(MaterialException.class)
                .isThrownBy(() -> key("ec", KeyKind.EC_P256.generate()))
                .withMessage("the private key is not the certificate's: EC key \"ec\" of token \"T\" (expected: the key"
                        + " that it was issued for)");
    }

    @Test
    void aTokenThatCannotDoWhatTls13WantsIsRefused() {
        module.canPss = false;

        assertThatExceptionOfType(MaterialException.class)
                .isThrownBy(() -> key("rsa", RSA))
                .withMessage("RSA key \"rsa\" of token \"T\": the token does not sign so");
    }

    @Test
    void whatIsNotThereIsNamedWithWhatIs() {
        assertThatExceptionOfType(MaterialException.class)
                .isThrownBy(() -> key("gone", EC))
                .withMessageContaining("no private key \"gone\" of the certificate's kind on token \"T\"");
        assertThatExceptionOfType(MaterialException.class)
                .isThrownBy(() -> tokens.key(new TokenName(Path.of("m"), "X"), "ec", this::pin, EC.getPublic()))
                .withMessageContaining("no token \"X\" (expected: one of [other, T])");
    }

    @Test
    void aWrongPinIsTriedOnceAndAnotherOneAgain() throws Exception {
        pin = "4321";
        assertRefused("the PIN is wrong");
        awaitPause();
        assertRefused("has refused this PIN: it is not tried again");
        awaitPause();
        assertRefused("has refused this PIN");
        assertThat(module.triedPins).containsExactly("4321");

        pin = "1234";
        awaitPause();
        assertThat(key("ec", EC).sign(ECDSA, MESSAGE).join()).isNotEmpty();
        assertThat(module.triedPins).containsExactly("4321", "1234");
    }

    @Test
    void theLastTryIsNeverOurs() {
        module.flags = 0x20000;
        assertRefused("locks with one more wrong PIN");
        awaitPause();
        module.flags = 0x40000;
        assertRefused("its PIN is locked");

        assertThat(module.triedPins).isEmpty();
    }

    @Test
    void aTokenThatIsTakenOutSignsAgainWhenItIsBack() throws Exception {
        RemoteKey key = key("ec", EC);
        module.takeOut();
        assertThatCode(() -> key.sign(ECDSA, MESSAGE).join()).hasMessageContaining("no token \"T\"");
        module.isThere = true;

        await().until(() -> !key.sign(ECDSA, MESSAGE)
                .handle((bytes, fault) -> fault != null)
                .join());
        assertThat(module.triedPins).containsExactly("1234", "1234");
    }

    /** As the client of a token over a network, which lists nothing any more until it is started anew. */
    @Test
    void aModuleThatHasLostItsDeviceIsStartedAnew() throws Exception {
        RemoteKey key = key("ec", EC);
        module.disconnect();

        assertThat(key.sign(ECDSA, MESSAGE).join()).isNotEmpty();
        assertThat(module.triedPins).containsExactly("1234", "1234");
    }

    /** A login that was lost between two looks, as when it is taken out and put back. */
    @Test
    void aTokenThatWasOutMeanwhileCostsNobodyAnything() throws Exception {
        RemoteKey key = key("ec", EC);
        module.takeOut();
        module.isThere = true;

        assertThat(key.sign(ECDSA, MESSAGE).join()).isNotEmpty();
    }

    @Test
    void whileATokenHangsFewWaitAndNobodyBlocks() throws Exception {
        SigningThreads threads = new SigningThreads("token \"T\"", new TokenHealth(T, TokenMeters.none()), 8);
        CountDownLatch release = new CountDownLatch(1);
        List<CompletableFuture<byte[]>> asked = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            asked.add(threads.sign(() -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return MESSAGE;
            }));
        }

        // Four are under way, eight wait.
        assertThat(asked.subList(12, 20))
                .allSatisfy(each -> assertThatCode(each::join)
                        .hasMessageContaining("token \"T\" does not answer, and 8 wait for it"));
        assertThat(asked.subList(0, 12)).noneMatch(CompletableFuture::isDone);

        release.countDown();
        for (CompletableFuture<byte[]> each : asked.subList(0, 12)) {
            assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(MESSAGE);
        }
        assertThat(threads.sign(() -> MESSAGE).get(60, TimeUnit.SECONDS)).isEqualTo(MESSAGE);
    }

    /** What works at times fails at times: two lines for each client would fill a disk. */
    @Test
    void whatIsWrongIsToldAndNotForEachClient() throws Exception {
        try (CapturedLog log = CapturedLog.start()) {
            RemoteKey key = key("ec", EC);
            module.takeOut();
            for (int i = 0; i < 50; i++) {
                assertThatCode(() -> key.sign(ECDSA, MESSAGE).join()).isInstanceOf(CompletionException.class);
            }
            assertThat(log.values("token")).containsExactly("token \"T\"");
        }
    }

    @Test
    void aTokenThatNobodyNeedsIsTriedAndSeenToBeGoneAndBack() throws Exception {
        key("ec", EC);
        assertThat(tokens.status()).isEmpty();
        tokens.follow(Set.of(T));
        assertThat(tokens.status()).singleElement().satisfies(status -> {
            assertThat(status.usable()).isTrue();
            assertThat(status.token()).isEqualTo("T");
        });

        module.takeOut();

        await().until(() -> count(SignatureResult.ABSENT) > 0);
        assertThat(tokens.status()).singleElement().satisfies(status -> {
            assertThat(status.usable()).isFalse();
            assertThat(status.lastResult()).isEqualTo("absent");
            assertThat(status.lastDetail()).isEqualTo("no token \"T\" (expected: one of [])");
            assertThat(status.failures()).isPositive();
        });

        double before = count(SignatureResult.SUCCESS);
        module.isThere = true;

        await().until(() -> count(SignatureResult.SUCCESS) > before);
        assertThat(tokens.status().get(0).usable()).isTrue();
        assertThat(tokens.status().get(0).lastDetail()).isEmpty();

        tokens.follow(Set.of());
        assertThat(tokens.status()).isEmpty();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void aTokenThatRefusesThePinIsSeenAndThePinTriedOnceAlone() throws Exception {
        key("ec", EC);
        tokens.follow(Set.of(T));
        module.pin = "9999";
        module.takeOut();
        module.isThere = true;

        await().until(() -> count(SignatureResult.PIN_REFUSED) > 2);
        assertThat(tokens.status().get(0).lastResult()).isEqualTo("pin_refused");
        assertThat(module.triedPins).containsExactly("1234", "1234");
    }

    /** Those that try it must not fill what clients wait in, and it is told of for as long as it hangs. */
    @Test
    void aTokenThatHangsIsSeenAndTriedByFew() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        TokenHealth health = new TokenHealth(T, TokenMeters.none());
        SigningThreads threads = new SigningThreads("token \"T\"", health, 8);
        for (int i = 0; i < 20; i++) {
            threads.tryOut(() -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return MESSAGE;
            });
        }

        // Four are under way, one waits.
        assertThat(health.status().failures()).isEqualTo(15);
        assertThat(health.status().usable()).isFalse();
        assertThat(health.status().lastResult()).isEqualTo("queue_full");

        release.countDown();
        await().until(() -> health.status().usable());
    }

    private double count(SignatureResult result) {
        return registry
                .find("sallyport.token.signatures")
                .tag("token", "T")
                .tag("result", result.tag())
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    @AfterEach
    void stop() {
        tokens.close();
    }

    private void assertRefused(String words) {
        assertThatExceptionOfType(MaterialException.class)
                .isThrownBy(() -> key("ec", EC))
                .withMessageContaining(words);
    }

    /** After a failure the token is left alone for a while. */
    private void awaitPause() {
        long begin = System.nanoTime();
        await().until(() -> System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(1100));
    }

    private RemoteKey key(String label, KeyPair certified) throws MaterialException {
        return tokens.key(T, label, this::pin, certified.getPublic());
    }

    private Password pin() throws MaterialException {
        return Password.read(new PasswordConfig.Variable("PIN"), name -> pin);
    }
}
