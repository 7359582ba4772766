package io.sallyport.tls.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.RevocationList;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which lists are taken of what a server sends, and what they may replace. */
final class CrlJudgeTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final CertificateAuthority OTHER = CertificateAuthority.create("Other");
    private final Instant now = Instant.now();

    private final CrlJudge judge = new CrlJudge(List.of(ROOT.certificate(), OTHER.certificate()), "a list");

    @Test
    void takesAListOfATrustedIssuerInDerAndInPem() throws CrlRefusal {
        assertThat(judge.judge(list(1).der(), null, now).number()).isEqualTo(1);
        assertThat(judge.judge(list(2).pem().getBytes(StandardCharsets.US_ASCII), null, now)
                        .number())
                .isEqualTo(2);
    }

    @Test
    void takesWhatIsNotOlderThanTheListInUse() throws CrlRefusal {
        Crl held = judge.judge(list(7).der(), null, now);

        assertThat(judge.judge(list(7).der(), held, now).number()).isEqualTo(7);
        assertThat(judge.judge(list(8).der(), held, now).number()).isEqualTo(8);
    }

    @Test
    void takesAListPastItsNextUpdateForThoseWhomItNames() throws CrlRefusal {
        assertThat(judge.judge(list(1).expired().der(), null, now).isCurrent(now))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 6})
    void refusesANumberThatGoesBack(long number) throws CrlRefusal {
        Crl held = judge.judge(list(7).der(), null, now);

        assertThat(fault(list(number).der(), held)).isEqualTo(CrlFault.OLDER);
    }

    @Test
    void refusesAnEarlierDateUnderTheSameNumberOrNone() throws CrlRefusal {
        for (long number : List.of(0L, 7L)) {
            Crl held = judge.judge(list(number).der(), null, now);
            RevocationList earlier = list(number).validity(now.minus(Duration.ofHours(9)), now.plusSeconds(900));

            assertThat(fault(earlier.der(), held)).isEqualTo(CrlFault.OLDER);
        }
    }

    @Test
    void refusesWhatNoTrustedIssuerHasSigned() {
        CertificateAuthority stranger = CertificateAuthority.create("Stranger");
        CertificateAuthority impostor = CertificateAuthority.create("Root");

        assertThat(fault(stranger.revocations().der(), null)).isEqualTo(CrlFault.UNTRUSTED);
        assertThat(fault(impostor.revocations().der(), null)).isEqualTo(CrlFault.UNTRUSTED);
    }

    @Test
    void refusesAChangedByte() {
        byte[] der = list(1).der();
        der[der.length - 1] ^= 1;

        assertThat(fault(der, null)).isIn(CrlFault.UNTRUSTED, CrlFault.MALFORMED);
    }

    @Test
    void refusesAnIssuerThatMayNotSignLists() {
        CertificateAuthority silent = CertificateAuthority.actingAs(CertificateAuthority.selfSigned("Silent")
                .authority()
                .keyUsage(KeyUsage.keyCertSign)
                .issue());
        CrlJudge judge = new CrlJudge(List.of(silent.certificate()), "a list");

        CrlRefusal refusal = catchThrowableOfType(
                CrlRefusal.class, () -> judge.judge(silent.revocations().der(), null, now));

        assertThat(refusal.fault()).isEqualTo(CrlFault.UNTRUSTED);
        assertThat(refusal).hasMessageContaining("cRLSign");
    }

    @Test
    void refusesAnotherTrustedIssuerOrScopeThanThatOfTheListInUse() throws CrlRefusal {
        Crl held = judge.judge(list(7).der(), null, now);

        assertThat(fault(OTHER.revocations().number(8).der(), held)).isEqualTo(CrlFault.UNTRUSTED);
        assertThat(fault(list(8).onlyAuthorities().der(), held)).isEqualTo(CrlFault.UNTRUSTED);
    }

    @Test
    void refusesAListOfTomorrow() {
        byte[] early =
                list(1).validity(now.plusSeconds(60), now.plusSeconds(900)).der();

        assertThat(fault(early, null)).isEqualTo(CrlFault.NOT_YET_VALID);
    }

    @Test
    void refusesWhatIsNoListOrSeveral() {
        byte[] der = list(1).der();
        String two = list(1).pem() + list(2).pem();

        assertThat(fault(new byte[0], null)).isEqualTo(CrlFault.MALFORMED);
        assertThat(fault("<html>captive portal</html>".getBytes(StandardCharsets.US_ASCII), null))
                .isEqualTo(CrlFault.MALFORMED);
        assertThat(fault(Arrays.copyOf(der, der.length / 2), null)).isEqualTo(CrlFault.MALFORMED);
        assertThat(fault(list(1).delta().der(), null)).isEqualTo(CrlFault.MALFORMED);
        assertThat(fault(two.getBytes(StandardCharsets.US_ASCII), null)).isEqualTo(CrlFault.MALFORMED);
    }

    @Test
    void startsAnewWhereTheStoredListIsDamagedOrOfNobodyWhoIsTrusted() {
        assertThat(judge.held(new byte[] {0x30, 1})).isEmpty();
        assertThat(judge.held(CertificateAuthority.create("Root").revocations().der()))
                .isEmpty();
        assertThat(judge.held(list(3).der())).isPresent();
    }

    private static RevocationList list(long number) {
        return ROOT.revocations().number(number);
    }

    private @Nullable CrlFault fault(byte[] content, @Nullable Crl held) {
        CrlRefusal refusal = catchThrowableOfType(CrlRefusal.class, () -> judge.judge(content, held, now));
        return refusal == null ? null : refusal.fault();
    }
}
