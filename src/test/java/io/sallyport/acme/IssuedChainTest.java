package io.sallyport.acme;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sallyport.config.tls.AcmeConfig;
import io.sallyport.metrics.AcmeMeters.OrderResult;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.CertificateRequest;
import io.sallyport.testing.IssuedCertificate;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an authority sends is looked at before it takes the place of what serves. */
final class IssuedChainTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final KeyPair KEY = KeyPairs.create(AcmeConfig.Key.EC);
    private static final List<String> NAMES = List.of("a.test", "192.0.2.1");

    private static CertificateRequest good() {
        return ROOT.server("a.test").ip("192.0.2.1").key(KEY);
    }

    private static List<X509Certificate> chain(IssuedCertificate issued) {
        return List.of(issued.leaf(), ROOT.certificate());
    }

    @Test
    void takesAChainForOurKeyAndNames() {
        assertThatCode(() -> IssuedChain.check(chain(good().issue()), KEY, NAMES, Instant.now()))
                .doesNotThrowAnyException();
    }

    @Test
    void refusesAnotherKey() {
        assertRefused(chain(ROOT.server("a.test").ip("192.0.2.1").issue()), "for another key");
    }

    @Test
    void refusesACertificateWithoutOneOfTheNames() {
        assertRefused(chain(ROOT.server("a.test").key(KEY).issue()), "not for 192.0.2.1 (found: a.test)");
    }

    @Test
    void refusesOneThatIsOverOrNotYetValid() {
        assertRefused(chain(good().expired().issue()), "not valid now");
        assertRefused(chain(good().notYetValid().issue()), "not valid now");
    }

    @Test
    void takesOneThatBeginsInAMinuteSinceClocksDiffer() {
        Instant now = Instant.now();
        IssuedCertificate issued = good().validity(now.plusSeconds(60), now.plus(Duration.ofDays(1)))
                .issue();

        assertThatCode(() -> IssuedChain.check(chain(issued), KEY, NAMES, now)).doesNotThrowAnyException();
    }

    @Test
    void refusesAChainOfStrangersOrInAnotherOrder() {
        X509Certificate stranger = CertificateAuthority.create("Stranger").certificate();
        X509Certificate leaf = good().issue().leaf();

        assertRefused(List.of(leaf, stranger), "the chain is not one");
        assertRefused(List.of(leaf, stranger, ROOT.certificate()), "the chain is not one");
        assertRefused(List.of(), "0 certificates");
    }

    private static void assertRefused(List<X509Certificate> chain, String why) {
        assertThatExceptionOfType(OrderFailure.class)
                .isThrownBy(() -> IssuedChain.check(chain, KEY, NAMES, Instant.now()))
                .withMessageContaining(why)
                .matches(failure -> failure.result() == OrderResult.UNUSABLE);
    }
}
