package io.sallyport.benchmarks.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Takes commands on standard input, does them one after the other, and answers each with one line. */
public final class LoadTool {
    private static final int BACKLOG = 4096;
    private static final int DEFAULT_SECONDS = 120;

    private final AtomicReference<Spinner> spinner = new AtomicReference<>();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, this::spinner);
    private final Chunks chunks = new Chunks();
    private final Map<String, List<IdleConnections.Idle>> idle = new HashMap<>();
    private final Map<String, Client> idleClients = new HashMap<>();
    private Flood flood;

    LoadTool() {}

    EventLoopGroup loops() {
        return loops;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        LoadTool tool = new LoadTool();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String answer;
            try {
                answer = tool.answer(Command.parse(line));
            } catch (Exception e) {
                answer = "failed " + e;
            }
            System.out.println(answer);
        }
        // The driver is gone: so are we, with every connection.
        Runtime.getRuntime().halt(0);
    }

    private IoHandler spinner(ThreadAwareExecutor executor) {
        spinner.set(new Spinner(executor));
        return spinner.get();
    }

    String answer(Command command) throws Exception {
        return switch (command.name()) {
            case "backend" -> "ok port=" + listen();
            case "idle" -> idle(command);
            case "first" -> first(command);
            case "flood" -> flood(command);
            case "flood-so-far" -> "ok count=" + flood.count();
            case "flood-end" -> flood.end(command.number("timeout", DEFAULT_SECONDS));
            default -> work(command);
        };
    }

    private String work(Command command) throws Exception {
        try (Client client = Client.of(command, loops)) {
            Work work = switch (command.name()) {
                case "handshakes" ->
                    new Handshakes(client, loops, command.number("count", 100), command.number("lanes", 16));
                case "exchanges" -> new Exchanges(client, loops, spinner.get(), command);
                case "bulk" -> new Bulk(client, loops, chunks, command);
                default -> throw new IllegalArgumentException(command.name());
            };
            return work.run(command.number("timeout", DEFAULT_SECONDS));
        }
    }

    private String flood(Command command) throws Exception {
        flood = new Flood(Client.of(command, loops), loops, command.number("lanes", 32));
        return "ok";
    }

    /** Tries until a whole handshake and one answered byte come through. */
    private String first(Command command) throws Exception {
        long deadline = System.nanoTime() + command.number("timeout", 60) * 1_000_000_000L;
        try (Client client = Client.of(command, loops)) {
            while (System.nanoTime() < deadline) {
                String line = new Handshakes(client, loops, 1, 1).run(command.number("timeout", 60));
                if (line.contains(" errors=0 ")) {
                    return line;
                }
                Thread.sleep(1);
            }
        }
        return "failed no handshake in time";
    }

    private String idle(Command command) throws Exception {
        String port = command.text("port", "");
        Client client = idleClients.get(port);
        if (client == null) {
            client = Client.of(command, loops);
            idleClients.put(port, client);
        }
        return new IdleConnections(
                        client,
                        loops,
                        idle.computeIfAbsent(port, any -> IdleConnections.none()),
                        command.number("count", 0))
                .run(command.number("timeout", DEFAULT_SECONDS));
    }

    int listen() throws InterruptedException {
        Channel channel = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel child) {
                        child.pipeline().addLast(new Backend(chunks));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }
}
