package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A network namespace at the other end of a cable (veth) from this one, whose link can fail in all the ways that loopback cannot
 * (ip-netns(8)).
 *
 * <p>Needs root. Where the system forbids it the test is aborted, and says why.
 */
public final class NetworkNamespace implements AutoCloseable {
    private static final Pattern DROPPED = Pattern.compile("dropped (\\d+)");

    /**
     * Drops one packet of twenty: load a random number, take it modulo 20, and return TC_ACT_SHOT where nothing is left,
     * TC_ACT_OK otherwise.
     */
    private static final String DROP_ONE_OF_TWENTY = "5,32 0 0 4294963256,148 0 0 20,21 0 1 0,6 0 0 2,6 0 0 0";

    private final String name =
            "sp" + Integer.toHexString(ThreadLocalRandom.current().nextInt(0x100000, 0x1000000));
    private final String cable = name + "a";
    private final String farCable = name + "b";
    private final String network = "198.18." + ThreadLocalRandom.current().nextInt(256) + ".";
    private final int first = 4 * ThreadLocalRandom.current().nextInt(64);
    private final List<Process> processes = new ArrayList<>();
    private final List<String> undo = new ArrayList<>();

    private NetworkNamespace() {}

    /** Makes one, with the cable plugged in. */
    public static NetworkNamespace create() {
        NetworkNamespace result = new NetworkNamespace();
        result.need("ip netns add " + result.name);
        try {
            result.need("ip link add " + result.cable + " type veth peer name " + result.farCable + " netns "
                    + result.name);
            result.need("ip addr add " + result.here() + "/30 dev " + result.cable);
            result.need("ip link set " + result.cable + " up");
            result.need("ip -n " + result.name + " addr add " + result.there() + "/30 dev " + result.farCable);
            result.need("ip -n " + result.name + " link set lo up");
            result.linkUp();
            result.need("ip netns exec " + result.name + " true");
            return result;
        } catch (RuntimeException | Error e) {
            result.close();
            throw e;
        }
    }

    /** The address of this end: numbers that nobody else has (RFC 2544). */
    public String here() {
        return network + (first + 1);
    }

    /** The address of the other end. */
    public String there() {
        return network + (first + 2);
    }

    public InetAddress thereAddress() {
        return NetUtil.createInetAddressFromIpAddressString(there());
    }

    /** Starts a Python program at the other end; it is killed at the latest with the namespace. */
    public Process python(String program, Object... arguments) {
        List<String> command = new ArrayList<>(List.of("python3", "-u", "-c", program));
        Stream.of(arguments).map(Object::toString).forEach(command::add);
        try {
            Process process = new ProcessBuilder(there(command))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command that runs another at the other end. */
    public List<String> there(List<String> command) {
        return Stream.concat(Stream.of("ip", "netns", "exec", name), command.stream())
                .toList();
    }

    /**
     * Has everything that the other end sends to anybody come here, and has this end take what comes over the cable for its
     * own, whoever it is for: what a connection from a borrowed address takes (ip-rule(8)).
     */
    public void bringAnswersHere() {
        int table = ThreadLocalRandom.current().nextInt(1000, 1_000_000_000);
        must("ip -n " + name + " route add default via " + here());
        undo.add("ip rule del iif " + cable + " lookup " + table);
        undo.add("ip route del local default dev lo table " + table);
        must("ip route add local default dev lo table " + table);
        must("ip rule add iif " + cable + " lookup " + table);
    }

    /** Leaves connections of the other end these ports of each of its addresses to come from. */
    public void portsThere(int first, int last) {
        List<String> command =
                there(List.of("sysctl", "-q", "-w", "net.ipv4.ip_local_port_range=" + first + " " + last));
        assertThat(output(command)).as(command.toString()).isEmpty();
    }

    /** Takes the cable out at the other end: nothing gets there, nothing comes, and nobody is told. */
    public void linkDown() {
        must("ip -n " + name + " link set " + farCable + " down");
    }

    public void linkUp() {
        must("ip -n " + name + " link set " + farCable + " up");
    }

    /** From now on whatever the other end answers is lost; it still hears. */
    public void loseAnswers() {
        must("ip -n " + name + " route add blackhole " + here() + "/32");
    }

    public void loseNothing() {
        must("ip -n " + name + " route del blackhole " + here() + "/32");
    }

    /** Has one packet of twenty lost, in both directions, and the others come late. */
    public void loseSomeAndDelay() {
        for (String where : List.of("tc", "tc -n " + name)) {
            String device = where.equals("tc") ? cable : farCable;
            // Else what is lost or late would be 64 KiB at a time.
            must((where.equals("tc") ? "ip" : "ip -n " + name) + " link set " + device + " gso_max_segs 1");
            if (run(where + " qdisc add dev " + device + " root netem delay 10ms 5ms loss 5%")
                    .isEmpty()) {
                continue;
            }
            // Without netem in the kernel: a filter that drops, and a queue that is emptied slowly.
            need(where + " qdisc add dev " + device + " root tbf rate 40mbit burst 8kb latency 20ms");
            need(where + " qdisc add dev " + device + " clsact");
            need(where, " filter add dev " + device + " egress bpf da bytecode", DROP_ONE_OF_TWENTY);
        }
    }

    /** How many packets were dropped on the way to the other end. */
    public int lost() {
        Matcher dropped = DROPPED.matcher(output(List.of("tc", "-s", "qdisc", "show", "dev", cable)));
        int result = 0;
        while (dropped.find()) {
            result += Integer.parseInt(dropped.group(1));
        }
        return result;
    }

    @Override
    public void close() {
        processes.forEach(process -> process.destroyForcibly().onExit().join());
        undo.forEach(NetworkNamespace::run);
        run("ip link del " + cable);
        assertThat(run("ip netns del " + name)).as("what ip netns del says").isEmpty();
    }

    private void need(String command) {
        tolerate(command, run(command));
    }

    private void need(String start, String middle, String last) {
        List<String> words = new ArrayList<>(List.of((start + middle).split(" ", -1)));
        words.add(last);
        tolerate(start + middle, output(words));
    }

    private static void tolerate(String command, String complaint) {
        if (!complaint.isEmpty()) {
            abort("this system has no network namespaces for tests: " + command + ": " + complaint);
        }
    }

    private static void must(String command) {
        assertThat(run(command)).as(command).isEmpty();
    }

    /** What it says; nothing when all went well. */
    private static String run(String command) {
        return output(List.of(command.split(" ", -1)));
    }

    private static String output(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int exit = process.waitFor();
            return exit != 0 && said.isEmpty() ? "exit code " + exit : said;
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
