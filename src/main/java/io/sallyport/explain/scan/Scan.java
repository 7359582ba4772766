package io.sallyport.explain.scan;

import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.probe.HelloAnswer;
import io.sallyport.explain.probe.HelloExchange;
import io.sallyport.explain.probe.HelloOffer;
import io.sallyport.handshake.iana.KeyExchange;
import io.sallyport.handshake.iana.TlsVersions;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Learns which versions, suites and groups a server takes. It offers all that there is; what the server chooses is noted, left
 * out of the next offer, and so on until it refuses. Connections come one after another. Used once.
 */
public final class Scan {
    private static final Duration ONE = Duration.ofSeconds(5);

    private final HelloExchange exchange;
    private final ExplainRequest request;

    public Scan(InetSocketAddress address, ExplainRequest request) {
        Duration timeout = request.timeout().compareTo(ONE) < 0 ? request.timeout() : ONE;
        this.exchange = new HelloExchange(address, timeout, request.proxyHeader(), request.startTls());
        this.request = request;
    }

    public ScanResult run() {
        List<VersionScan> versions =
                ScanCandidates.VERSIONS.stream().map(this::version).toList();
        int dhBytes = versions.stream()
                .map(this::diffieHellman)
                .filter(bytes -> bytes > 0)
                .findFirst()
                .orElse(-1);
        return new ScanResult(versions, dhBytes, exchange.connections(), exchange.nanos(), exchange.spent());
    }

    private VersionScan version(int version) {
        List<Integer> suites = suites(version);
        return new VersionScan(version, suites, order(version, suites), groups(version, suites));
    }

    private List<Integer> suites(int version) {
        List<Integer> rest = new ArrayList<>(ScanCandidates.suites(version));
        List<Integer> taken = new ArrayList<>();
        while (!rest.isEmpty()) {
            HelloAnswer answer = ask(version, rest, ScanCandidates.groups(version));
            // A server that takes an older version only answers with that one.
            if (!answer.isChosen() || answer.version() != version || !rest.remove(Integer.valueOf(answer.suite()))) {
                break;
            }
            taken.add(answer.suite());
        }
        return taken;
    }

    private VersionScan.Order order(int version, List<Integer> taken) {
        if (taken.size() < 2) {
            return VersionScan.Order.NONE;
        }
        List<Integer> reversed = new ArrayList<>(taken);
        Collections.reverse(reversed);
        HelloAnswer answer = ask(version, reversed, ScanCandidates.groups(version));
        return answer.suite() == reversed.get(0) ? VersionScan.Order.CLIENT : VersionScan.Order.SERVER;
    }

    private List<Integer> groups(int version, List<Integer> suites) {
        List<Integer> withGroup = version == TlsVersions.TLS_1_3
                ? suites
                : suites.stream()
                        .filter(suite -> KeyExchange.ofSuite(suite) == KeyExchange.ECDHE)
                        .toList();
        if (withGroup.isEmpty() || version < TlsVersions.TLS_1_2) {
            return List.of();
        }
        List<Integer> rest = new ArrayList<>(ScanCandidates.groups(version));
        List<Integer> taken = new ArrayList<>();
        while (!rest.isEmpty()) {
            HelloAnswer answer = ask(version, withGroup, rest);
            if (!answer.isChosen() && !taken.isEmpty() && version == TlsVersions.TLS_1_2) {
                // Up to TLS 1.2 the list holds for the curve of an ECDSA certificate too (RFC 8422 section 5.1).
                answer = ask(
                        version,
                        withGroup,
                        Stream.concat(rest.stream(), taken.stream()).toList());
            }
            if (!answer.isChosen() || !rest.remove(Integer.valueOf(answer.group()))) {
                break;
            }
            taken.add(answer.group());
        }
        return taken;
    }

    private int diffieHellman(VersionScan version) {
        List<Integer> suites = version.suites().stream()
                .filter(suite -> KeyExchange.ofSuite(suite) == KeyExchange.DHE)
                .toList();
        return suites.isEmpty() ? -1 : ask(version.version(), suites, List.of()).dhBytes();
    }

    private HelloAnswer ask(int version, List<Integer> suites, List<Integer> groups) {
        return exchange.ask(new HelloOffer(version, suites, groups, request.sentName()));
    }
}
