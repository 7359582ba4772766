package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the service manager hears: the test has its end of the socket. */
class ServiceNotificationIT {

    @TempDir
    Path directory;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private FakeBackend backend;

    @BeforeEach
    void start() {
        backend = FakeBackend.echo();
    }

    @AfterEach
    void stop() {
        backend.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @ParameterizedTest
    @ValueSource(strings = {"notify.sock", "@"})
    void lifeIsToldStepByStep(String socket) throws Exception {
        String name = listen(socket);
        try (SallyportProcess process =
                SallyportProcess.start(directory, Map.of("NOTIFY_SOCKET", name), "run", "-c", configuration())) {
            assertThat(next()).isEqualTo("READY=1");

            process.signal("HUP");
            assertThat(next()).matches("RELOADING=1\nMONOTONIC_USEC=\\d+");
            assertThat(next()).isEqualTo("READY=1");

            process.signal("TERM");
            assertThat(next()).isEqualTo("STOPPING=1");
            assertThat(process.exitCode()).isZero();
            assertThat(heard).isEmpty();
        }
    }

    @Test
    void signsOfLifeComeAsOftenAsAsked() throws Exception {
        String name = listen("notify.sock");
        try (SallyportProcess process = SallyportProcess.start(
                directory, Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "200000"), "run", "-c", configuration())) {
            assertThat(next()).isEqualTo("READY=1");
            for (int i = 0; i < 5; i++) {
                assertThat(next()).isEqualTo("WATCHDOG=1");
            }
            process.signal("TERM");
            assertThat(process.exitCode()).isZero();
        }
    }

    @Test
    void aSocketThatIsNotThereIsToldAndKeepsNobodyFromServing() throws Exception {
        try (SallyportProcess process = SallyportProcess.start(
                directory, Map.of("NOTIFY_SOCKET", directory + "/none"), "run", "-c", configuration())) {
            process.awaitLine("the service manager cannot be told anything");
            process.awaitLine("listening");
            process.signal("TERM");
            assertThat(process.exitCode()).isZero();
        }
    }

    private String next() throws InterruptedException {
        return String.valueOf(heard.poll(30, TimeUnit.SECONDS));
    }

    private String listen(String socket) throws InterruptedException {
        String name = socket.startsWith("@")
                ? "@" + directory
                : directory.resolve(socket).toString();
        Channel channel = new Bootstrap()
                .group(group)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                        heard.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .bind(new DomainSocketAddress(name.replaceFirst("^@", "\0")))
                .sync()
                .channel();
        assertThat(channel.isOpen()).isTrue();
        return name;
    }

    private Path configuration() throws IOException {
        CertificateAuthority.create("Root").server("localhost").issue().writePem(directory, "server");
        return Files.writeString(directory.resolve("sallyport.conf"), """
                sallyport {
                  listeners.https {
                    bind = "127.0.0.1:0", backend = app
                    tls.certificates = [{ chain = "server.crt", key = "server.key" }]
                  }
                  backends.app.servers = ["127.0.0.1:%d"]
                  admin.bind = ""
                }
                """.formatted(
                        backend.address().getPort()));
    }
}
