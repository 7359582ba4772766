package io.sallyport.eventloop.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final long LONG = 1000 * Patience.LONGEST;

    private final Patience patience = new Patience();

    @Test
    void thereIsNoneBeforeAHandshakeHasEarnedIt() {
        patience.begin(1);

        assertThat(patience.lasts(1)).isFalse();
    }

    @Test
    void itLastsForAnEighthOfWhatHandshakesHad() {
        patience.earn(8000);
        patience.begin(1);

        assertThat(patience.lasts(1000)).isTrue();
        assertThat(patience.lasts(1001)).isFalse();
    }

    @Test
    void itNeverLastsLongerThanABackendNearbyTakes() {
        patience.earn(LONG);
        patience.begin(1);

        assertThat(patience.lasts(Patience.LONGEST)).isTrue();
        assertThat(patience.lasts(Patience.LONGEST + 1)).isFalse();
    }

    @Test
    void whatWasWaitedIsSpentAndWhatWasNotIsKept() {
        patience.earn(LONG);
        patience.begin(1);
        patience.end(1 + Patience.LONGEST / 4);
        patience.begin(LONG);

        assertThat(patience.lasts(LONG + Patience.LONGEST / 2)).isTrue();
        assertThat(patience.lasts(LONG + Patience.LONGEST * 3 / 4)).isFalse();
    }

    @Test
    void itDoesNotLastOnceTheAnswerIsThere() {
        patience.earn(LONG);
        patience.begin(1);
        patience.end(2);

        assertThat(patience.lasts(3)).isFalse();
    }

    @Test
    void requestsThatAreNeverAnsweredDoNotKeepHandshakesWaiting() {
        long now = 1;
        long waited = 0;
        for (int i = 0; i < 1000; i++) {
            patience.earn(8000);
            patience.begin(now);
            while (patience.lasts(now)) {
                now += 100;
                waited += 100;
            }
        }

        assertThat(waited).isLessThanOrEqualTo(1000 * 1000);
    }
}
