package io.sallyport.systemd;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager about the life of this process: datagrams to the socket that {@code $NOTIFY_SOCKET} names
 * (sd_notify(3)), and with {@code $WATCHDOG_USEC} a sign of life (sd_watchdog_enabled(3)).
 *
 * <p>The sign is given only after every event loop has taken a turn: a loop that hangs has the process restarted.
 */
final class ServiceNotifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.systemd");

    private final EventLoopGroup group;
    private final Channel channel;

    private ServiceNotifier(EventLoopGroup group, Channel channel) {
        this.group = group;
        this.channel = channel;
    }

    /** Opens the socket; null where the environment names none, or it cannot be reached. */
    static @Nullable ServiceNotifier open(Map<String, String> environment) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (socket.isEmpty()) {
            return null;
        }
        if (!Epoll.isAvailable()) {
            // Without it there are no datagrams to unix sockets.
            warn(socket, "it needs epoll, which is not available");
            return null;
        }
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("sallyport-systemd", true), EpollIoHandler.newFactory());
        try {
            Channel channel = new Bootstrap()
                    .group(group)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(new DomainSocketAddress(path(socket)))
                    .sync()
                    .channel();
            return new ServiceNotifier(group, channel);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) { // What Netty throws here is checked, though it does not say so.
            warn(socket, e.toString());
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        return null;
    }

    private static void warn(String socket, String cause) {
        LOG.atWarn()
                .addKeyValue("socket", socket)
                .addKeyValue("cause", cause)
                .log("the service manager cannot be told anything ($NOTIFY_SOCKET)");
    }

    /** An abstract socket is written with an @ for the NUL that it begins with. */
    private static String path(String socket) {
        return socket.startsWith("@") ? '\0' + socket.substring(1) : socket;
    }

    void onReady() {
        send("READY=1");
    }

    void onReloading() {
        // With Type=notify-reload systemd wants to know that this is no answer to an earlier reload.
        send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    void onStopping() {
        send("STOPPING=1");
    }

    /**
     * Gives a sign of life twice in each {@code $WATCHDOG_USEC}, when that is there and meant for this process.
     *
     * @param alive completes once every event loop has taken a turn
     */
    void watch(Map<String, String> environment, Supplier<CompletableFuture<Void>> alive) {
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        if (!pid.isEmpty() && !pid.equals(String.valueOf(ProcessHandle.current().pid()))) {
            return;
        }
        long micros = micros(environment.getOrDefault("WATCHDOG_USEC", ""));
        if (micros > 0) {
            channel.eventLoop()
                    .scheduleAtFixedRate(
                            () -> alive.get().thenRun(() -> send("WATCHDOG=1")), 0, micros / 2, TimeUnit.MICROSECONDS);
        }
    }

    private static long micros(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void send(String message) {
        channel.writeAndFlush(Unpooled.copiedBuffer(message, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
