package io.sallyport.tls.spiffe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2SettingsFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.sallyport.metrics.SpiffeMeters.UpdateResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PingHandlerTest {
    private final List<WorkloadException> silence = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(
            new PingHandler(new Keepalive(Duration.ofSeconds(300), Duration.ofSeconds(20)), silence::add));

    @BeforeEach
    void freeze() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void anAgentThatAnswersIsAskedAgainAfterTheInterval() {
        for (int i = 1; i < 5; i++) {
            pass(300);
            Http2PingFrame ping = channel.readOutbound();
            assertThat(ping.ack()).isFalse();
            assertThat(ping.content()).isEqualTo(i);
            pass(19);
            channel.writeInbound(new DefaultHttp2PingFrame(i, true));
        }
        assertThat(silence).isEmpty();
    }

    @Test
    void noAnswerIsTheEndAndNeitherIsThatToAnotherPingOne() {
        pass(300);
        channel.writeInbound(new DefaultHttp2PingFrame(7, true), new DefaultHttp2PingFrame(1, false));
        pass(19);
        assertThat(silence).isEmpty();

        pass(1);

        assertThat(silence).singleElement().satisfies(end -> {
            assertThat(end.result()).isEqualTo(UpdateResult.UNREACHABLE);
            assertThat(end.detail()).isEqualTo("it hangs: no answer to a PING within 20s");
        });
    }

    @Test
    void aClosedConnectionIsAskedNothingMore() {
        channel.close();
        pass(1000);

        assertThat(channel.<Object>readOutbound()).isNull();
        assertThat(silence).isEmpty();
    }

    @Test
    void whatIsNoPingIsForOthers() {
        channel.writeInbound(new DefaultHttp2SettingsFrame(new Http2Settings()));

        assertThat(channel.<Object>readInbound()).isInstanceOf(DefaultHttp2SettingsFrame.class);
    }

    private void pass(int seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }
}
