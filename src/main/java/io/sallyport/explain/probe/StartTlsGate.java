package io.sallyport.explain.probe;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.sallyport.config.value.StartTls;
import io.sallyport.starttls.StartTlsClient;
import io.sallyport.starttls.StartTlsClients;
import io.sallyport.starttls.channel.AddressLiteral;
import io.sallyport.starttls.channel.StartTlsClientHandler;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** Asks the server for TLS, and tells the handlers behind it of the connection only when TLS may begin. */
final class StartTlsGate extends ChannelInboundHandlerAdapter {
    private final StartTls protocol;
    private final boolean proxyHeader;
    private final Duration timeout;
    private final CompletableFuture<String> refusal;

    /**
     * For one connection.
     *
     * @param proxyHeader whether a PROXY protocol header is the first that is sent
     * @param refusal completed with words where TLS cannot begin; the channel is closed then
     */
    StartTlsGate(StartTls protocol, boolean proxyHeader, Duration timeout, CompletableFuture<String> refusal) {
        this.protocol = protocol;
        this.proxyHeader = proxyHeader;
        this.timeout = timeout;
        this.refusal = refusal;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (proxyHeader) {
            ctx.writeAndFlush(LocalHeader.buffer());
        }
        StartTlsClient client = Objects.requireNonNull(
                StartTlsClients.asking(protocol, AddressLiteral.of(ctx.channel().localAddress())));
        ctx.pipeline()
                .addFirst(new StartTlsClientHandler(
                        client, Math.toIntExact(timeout.toMillis()), new StartTlsClientHandler.Callback() {
                            @Override
                            public void onReady(String greeting, String behind) {
                                if (behind.isEmpty()) {
                                    ctx.fireChannelActive();
                                    ctx.pipeline().remove(StartTlsGate.this);
                                } else {
                                    refused(ctx, behind.length() + " bytes behind the server's consent to begin");
                                }
                            }

                            @Override
                            public void onFailed(Throwable cause) {
                                refused(ctx, String.valueOf(cause.getMessage()));
                            }
                        }));
    }

    private void refused(ChannelHandlerContext ctx, String words) {
        refusal.complete(words);
        ctx.close();
    }
}
