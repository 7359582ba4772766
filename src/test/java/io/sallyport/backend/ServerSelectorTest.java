package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.config.BackendConfig.Balance;
import io.sallyport.config.BackendConfig.OnDown;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.metrics.Meters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How each policy spreads connections over the endpoints of a frozen snapshot. */
final class ServerSelectorTest {
    private final Meters meters = new Meters(new SimpleMeterRegistry(), new Meters.BuildInfo("", "", "", ""));

    @Test
    void roundRobinGivesEachItsTurnsAndSpreadsThoseOfAHeavyOne() {
        List<PoolMember> members = List.of(member(1, 3), member(2, 1), member(3, 2));
        List<String> picked = picks(Balance.ROUND_ROBIN, members, 12);

        assertThat(counts(picked)).containsExactlyInAnyOrderEntriesOf(Map.of("1", 6, "2", 2, "3", 4));
        // Six turns in a round, three of them server 1's: never twice in a row but where a round ends.
        assertThat(longestRun(picked)).isLessThanOrEqualTo(2);
    }

    @Test
    void roundRobinWithEqualWeightsTakesThemInOrder() {
        List<String> picked = picks(Balance.ROUND_ROBIN, List.of(member(1, 7), member(2, 7), member(3, 7)), 6);

        assertThat(picked.subList(0, 3)).containsExactlyInAnyOrder("1", "2", "3");
        assertThat(picked.subList(3, 6)).isEqualTo(picked.subList(0, 3));
    }

    @Test
    void leastConnectionsTakesTheOneWithTheFewestForItsWeight() {
        List<PoolMember> members = List.of(member(1, 1), member(2, 4));
        busy(members.get(0), 1);
        busy(members.get(1), 3);

        assertThat(picks(Balance.LEAST_CONNECTIONS, members, 20)).containsOnly("2");
        busy(members.get(1), 2);
        assertThat(picks(Balance.LEAST_CONNECTIONS, members, 20)).containsOnly("1");
    }

    @Test
    void leastConnectionsSpreadsOverEqualOnes() {
        assertThat(picks(Balance.LEAST_CONNECTIONS, members(4), 200)).contains("1", "2", "3", "4");
    }

    @Test
    void randomTwoNeverTakesTheBusiestAndReachesAllOthers() {
        List<PoolMember> members = members(4);
        busy(members.get(2), 10);

        assertThat(picks(Balance.RANDOM_TWO, members, 500)).doesNotContain("3").contains("1", "2", "4");
    }

    @Test
    void randomTwoKeepsTheLoadInProportionToTheWeights() {
        List<PoolMember> members = List.of(member(1, 1), member(2, 3));
        ServerSelector selector = ServerSelectors.of(Balance.RANDOM_TWO);
        Candidates candidates = Candidates.of(members, OnDown.KEEP, List.of());
        for (int i = 0; i < 4000; i++) {
            selector.select(candidates, 0).take();
        }

        assertThat(endpoint(members.get(1)).inFlight()).isCloseTo(3000, within(100));
    }

    @ParameterizedTest
    @EnumSource(Balance.class)
    void theOnlyServerGetsEverything(Balance balance) {
        assertThat(picks(balance, List.of(member(1, 5)), 20)).containsOnly("1");
    }

    @Test
    void sourceHashMovesOnlyTheClientsOfAServerThatGoes() {
        List<PoolMember> all = members(10);
        List<PoolMember> fewer = new ArrayList<>(all);
        fewer.remove(3);
        Map<Long, String> before = bySource(all);
        Map<Long, String> after = bySource(fewer);

        before.forEach((source, server) -> {
            if (!server.equals("4")) {
                assertThat(after.get(source)).isEqualTo(server);
            }
        });
        // And those go to all the others, not to a neighbour.
        assertThat(before.keySet().stream()
                        .filter(source -> "4".equals(before.get(source)))
                        .map(after::get)
                        .distinct())
                .hasSize(9);
    }

    @Test
    void sourceHashMovesOnlyTheClientsOfAServerThatGoesWhenWeightsBecomeEqual() {
        List<PoolMember> all = List.of(member(1, 2), member(2, 2), member(3, 5));
        Map<Long, String> before = bySource(all);
        Map<Long, String> after = bySource(all.subList(0, 2));

        before.forEach((source, server) -> {
            if (!server.equals("3")) {
                assertThat(after.get(source)).isEqualTo(server);
            }
        });
    }

    @Test
    void sourceHashSpreadsByWeight() {
        Map<String, Integer> counts = counts(
                bySource(List.of(member(1, 1), member(2, 2), member(3, 7))).values());

        assertThat(counts.getOrDefault("1", 0)).isCloseTo(1000, within(150));
        assertThat(counts.getOrDefault("2", 0)).isCloseTo(2000, within(200));
        assertThat(counts.getOrDefault("3", 0)).isCloseTo(7000, within(250));
    }

    @Test
    void sourceHashLooksAtTheNetworkOfAnIpv6ClientAlone() throws Exception {
        assertThat(source("2001:db8:1:2::1", 1)).isEqualTo(source("2001:db8:1:2:ffff::9", 2));
        assertThat(source("2001:db8:1:2::1", 1)).isNotEqualTo(source("2001:db8:1:3::1", 1));
        assertThat(source("192.0.2.1", 1)).isEqualTo(source("192.0.2.1", 2)).isNotEqualTo(source("192.0.2.2", 1));
    }

    @Test
    void backupsAreUsedOnlyWhenNoOtherCanBe() {
        PoolMember first = member(1, 1);
        PoolMember second = member(2, 1);
        PoolMember backup = new PoolMember(server(3), 1, true);
        List<PoolMember> members = List.of(first, second, backup);

        assertThat(picks(Balance.ROUND_ROBIN, members, 10)).containsOnly("1", "2");
        endpoint(first).checked(false);
        assertThat(picks(Balance.ROUND_ROBIN, members, 10)).containsOnly("2");
        endpoint(second).eject(System.nanoTime());
        assertThat(picks(Balance.ROUND_ROBIN, members, 10)).containsOnly("3");
        endpoint(backup).checked(false);
        assertThat(picks(Balance.ROUND_ROBIN, members, 10)).containsOnly("1", "2");
    }

    @Test
    void whatWasTriedIsLeftOutAndThenTheNextTierIsAskedAndThenWhatIsDown() {
        PoolMember first = member(1, 1);
        PoolMember down = member(2, 1);
        PoolMember backup = new PoolMember(server(3), 1, true);
        endpoint(down).checked(false);
        List<PoolMember> members = List.of(first, down, backup);
        List<Endpoint> tried = new ArrayList<>();

        List<String> order = new ArrayList<>();
        for (Candidates rest = Candidates.of(members, OnDown.KEEP, tried);
                !rest.isEmpty();
                rest = Candidates.of(members, OnDown.KEEP, tried)) {
            tried.add(rest.get(0));
            order.add(name(rest.get(0)));
        }

        assertThat(order).containsExactly("1", "3", "2");
    }

    private Map<Long, String> bySource(List<PoolMember> members) {
        ServerSelector selector = ServerSelectors.of(Balance.SOURCE_HASH);
        Candidates candidates = Candidates.of(members, OnDown.KEEP, List.of());
        Map<Long, String> result = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            long source = SourceHash.of("client " + i);
            result.put(source, name(selector.select(candidates, source)));
        }
        return result;
    }

    private static long source(String address, int port) throws Exception {
        return SourceHash.of(new InetSocketAddress(InetAddress.getByName(address), port));
    }

    private static List<String> picks(Balance balance, List<PoolMember> members, int count) {
        ServerSelector selector = ServerSelectors.of(balance);
        Candidates candidates = Candidates.of(members, OnDown.KEEP, List.of());
        return IntStream.range(0, count)
                .mapToObj(i -> name(selector.select(candidates, i)))
                .toList();
    }

    private static Map<String, Integer> counts(Iterable<String> names) {
        Map<String, Integer> counts = new HashMap<>();
        names.forEach(name -> counts.merge(name, 1, Integer::sum));
        return counts;
    }

    private static int longestRun(List<String> names) {
        int longest = 1;
        int run = 1;
        for (int i = 1; i < names.size(); i++) {
            run = names.get(i).equals(names.get(i - 1)) ? run + 1 : 1;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    private static void busy(PoolMember member, int connections) {
        for (int i = 0; i < connections; i++) {
            endpoint(member).take();
        }
    }

    private List<PoolMember> members(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> member(i, 1)).toList();
    }

    private PoolMember member(int port, int weight) {
        return new PoolMember(server(port), weight, false);
    }

    private BackendServer server(int port) {
        NetworkAddress address = new NetworkAddress.Tcp(new HostPort("127.0.0.1", port));
        return new BackendServer(address, false, meters.backend("app", address.toString()), () -> {});
    }

    private static Endpoint endpoint(PoolMember member) {
        return member.server().endpoints().get(0);
    }

    private static String name(Endpoint endpoint) {
        return endpoint.toString().replace("127.0.0.1:", "");
    }
}
