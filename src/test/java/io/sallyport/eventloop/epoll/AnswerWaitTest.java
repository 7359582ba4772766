package io.sallyport.eventloop.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerWaitTest {
    private static final long LONG = 1000 * AnswerWait.LONGEST;

    private final AnswerWait wait = new AnswerWait();

    @Test
    void thereIsNoneBeforeAHandshakeHasEarnedIt() {
        wait.begin(1);

        assertThat(wait.lasts(1)).isFalse();
    }

    @Test
    void itLastsForAnEighthOfWhatHandshakesHad() {
        wait.earn(8000);
        wait.begin(1);

        assertThat(wait.lasts(1000)).isTrue();
        assertThat(wait.lasts(1001)).isFalse();
    }

    @Test
    void itNeverLastsLongerThanABackendNearbyTakes() {
        wait.earn(LONG);
        wait.begin(1);

        assertThat(wait.lasts(AnswerWait.LONGEST)).isTrue();
        assertThat(wait.lasts(AnswerWait.LONGEST + 1)).isFalse();
    }

    @Test
    void whatWasWaitedIsSpentAndWhatWasNotIsKept() {
        wait.earn(LONG);
        wait.begin(1);
        wait.end(1 + AnswerWait.LONGEST / 4);
        wait.begin(LONG);

        assertThat(wait.lasts(LONG + AnswerWait.LONGEST / 2)).isTrue();
        assertThat(wait.lasts(LONG + AnswerWait.LONGEST * 3 / 4)).isFalse();
    }

    @Test
    void itDoesNotLastOnceTheAnswerIsThere() {
        wait.earn(LONG);
        wait.begin(1);
        wait.end(2);

        assertThat(wait.lasts(3)).isFalse();
    }

    @Test
    void requestsThatAreNeverAnsweredDoNotKeepHandshakesWaiting() {
        long now = 1;
        long waited = 0;
        for (int i = 0; i < 1000; i++) {
            wait.earn(8000);
            wait.begin(now);
            while (wait.lasts(now)) {
                now += 100;
                waited += 100;
            }
        }

        assertThat(waited).isLessThanOrEqualTo(1000 * 1000);
    }
}
