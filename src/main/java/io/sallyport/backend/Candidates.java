package io.sallyport.backend;

import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.config.BackendConfig.OnDown;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The endpoints that a new connection may go to at one moment, with their weights. Frozen: what changes makes a new one.
 *
 * <p>They are the usable ones that are no backup; where there are none, the usable backups; where there are none of those
 * either, all of them: a check that is wrong must not end a service that works. With {@link OnDown#CLOSE} none that is down
 * is among these: it may be a database that has stopped being the primary, and must not be written to. One that an operator
 * has taken out of service is never among them.
 */
final class Candidates {
    private final Endpoint[] endpoints;
    private final int[] weights;
    private final int[] schedule;
    private final boolean weighted;

    private record Slot(int index, double time) {}

    private Candidates(List<Weighted> members) {
        int size = members.size();
        endpoints = new Endpoint[size];
        weights = new int[size];
        int divisor = members.stream().mapToInt(Weighted::weight).reduce(0, Candidates::gcd);
        boolean differ = false;
        for (int i = 0; i < size; i++) {
            endpoints[i] = members.get(i).endpoint();
            weights[i] = members.get(i).weight() / divisor;
            differ |= weights[i] != 1;
        }
        weighted = differ;
        schedule = differ ? schedule(weights) : new int[0];
    }

    private record Weighted(Endpoint endpoint, int weight) {}

    /** Of these members, without {@code tried}. */
    static Candidates of(List<PoolMember> members, OnDown onDown, Collection<Endpoint> tried) {
        List<Predicate<PoolMember>> tiers = List.of(member -> !member.backup(), PoolMember::backup);
        for (Predicate<PoolMember> tier : tiers) {
            Candidates usable = of(members, tier, endpoint -> endpoint.isUsable() && !tried.contains(endpoint));
            if (!usable.isEmpty()) {
                return usable;
            }
        }
        Predicate<Endpoint> possible =
                endpoint -> !tried.contains(endpoint) && (onDown == OnDown.KEEP || !endpoint.isDown());
        Candidates any = of(members, tiers.get(0), possible);
        return any.isEmpty() ? of(members, tiers.get(1), possible) : any;
    }

    /** Those that have room for one more connection. */
    Candidates withRoom() {
        List<Weighted> left = new ArrayList<>();
        for (int i = 0; i < endpoints.length; i++) {
            if (endpoints[i].hasRoom()) {
                left.add(new Weighted(endpoints[i], weights[i]));
            }
        }
        return new Candidates(left);
    }

    boolean has(Predicate<Endpoint> wanted) {
        for (Endpoint endpoint : endpoints) {
            if (wanted.test(endpoint)) {
                return true;
            }
        }
        return false;
    }

    boolean isEmpty() {
        return endpoints.length == 0;
    }

    int size() {
        return endpoints.length;
    }

    Endpoint get(int index) {
        return endpoints[index];
    }

    /** In the smallest whole numbers. */
    int weight(int index) {
        return weights[index];
    }

    /** Whether some weight differs from another. */
    boolean isWeighted() {
        return weighted;
    }

    /** Whether the one has fewer connections for its weight than the other. */
    boolean isLessLoaded(int index, int than) {
        return (long) endpoints[index].inFlight() * weights[than] < (long) endpoints[than].inFlight() * weights[index];
    }

    /** How many turns a round has: the sum of the weights. */
    int slots() {
        return weighted ? schedule.length : endpoints.length;
    }

    /** Whose turn it is: each has as many as its weight says, spread as evenly as can be. */
    int slot(int turn) {
        return weighted ? schedule[turn] : turn;
    }

    private static Candidates of(List<PoolMember> members, Predicate<PoolMember> tier, Predicate<Endpoint> isWanted) {
        List<Weighted> wanted = new ArrayList<>();
        for (PoolMember member : members) {
            if (tier.test(member) && member.isInService()) {
                for (Endpoint endpoint : member.server().endpoints()) {
                    if (isWanted.test(endpoint)) {
                        wanted.add(new Weighted(endpoint, member.weight()));
                    }
                }
            }
        }
        return new Candidates(wanted);
    }

    /** The k-th turn of an endpoint of weight w is at (k + 1/2) / w of the round. */
    private static int[] schedule(int[] weights) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            for (int turn = 0; turn < weights[i]; turn++) {
                slots.add(new Slot(i, (turn + 0.5) / weights[i]));
            }
        }
        slots.sort(Comparator.comparingDouble(Slot::time));
        return slots.stream().mapToInt(Slot::index).toArray();
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
