package io.sallyport.backend;

import io.netty.channel.EventLoop;
import io.netty.resolver.DefaultHostsFileEntriesResolver;
import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sallyport.config.DnsConfig;
import io.sallyport.eventloop.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/**
 * Looks names up without blocking: the hosts file, then DNS with the search domains of {@code resolv.conf}, A and AAAA.
 *
 * <p>The JDK's lookup blocks a thread and does not tell how long an answer holds; what Netty's resolver does not know are
 * the other sources of {@code nsswitch.conf} (mDNS, LDAP).
 */
public final class NameResolver {
    private static final Duration RETRY = Duration.ofSeconds(5);

    /** Without dns.min-ttl and dns.max-ttl; what a record may say at most is 68 years. */
    private static final Duration SHORTEST_LIFE = Duration.ofSeconds(1);

    private static final Duration LONGEST_LIFE = Duration.ofDays(7);

    private final EventLoop loop;
    private final DnsConfig config;
    private final DnsServerAddressStreamProvider servers;
    private final HostsFileEntriesResolver hostsFile;

    /** Whether name servers answer questions with an OPT record; those that do not are not asked twice each time. */
    private volatile boolean edns = true;

    /**
     * What a name means.
     *
     * @param addresses at least one
     * @param ttl how long that holds
     */
    public record Answer(List<InetAddress> addresses, Duration ttl) {
        public Answer {
            addresses = List.copyOf(addresses);
        }
    }

    /** Reads files; never on an event loop. */
    public NameResolver(EventLoop loop, DnsConfig config) {
        this.loop = loop;
        this.config = config;
        this.servers = config.servers().isEmpty()
                ? DnsServerAddressStreamProviders.unixDefault()
                : new SequentialDnsServerAddressStreamProvider(config.servers().stream()
                        .map(server -> new InetSocketAddress(literal(server.host()), server.port()))
                        .toArray(InetSocketAddress[]::new));
        this.hostsFile = new DefaultHostsFileEntriesResolver();
    }

    /** Asks; fails with a {@link NameNotFoundException} when the name has no address, or nobody answers. From any thread. */
    public Future<Answer> resolve(String name) {
        Promise<Answer> result = loop.newPromise();
        loop.execute(() -> ask(name, edns, result));
        return result;
    }

    /** When a name that was not found is asked for again. */
    Duration retry() {
        return clamped(RETRY);
    }

    /** A socket for each question, and so a source port that cannot be guessed. */
    private void ask(String name, boolean withEdns, Promise<Answer> result) {
        LookupLog log = new LookupLog();
        AnswerLifetime lifetime = new AnswerLifetime();
        Transport transport = Transport.of(loop);
        DnsNameResolver resolver;
        try {
            resolver = new DnsNameResolverBuilder(loop)
                    .datagramChannelFactory(transport::datagram)
                    // An answer that does not fit into a datagram is asked for again by TCP.
                    .socketChannelFactory(transport::socket)
                    .nameServerProvider(servers)
                    .hostsFileEntriesResolver(hostsFile)
                    .optResourceEnabled(withEdns)
                    .dnsQueryLifecycleObserverFactory(log)
                    .queryTimeoutMillis(config.timeout().toMillis())
                    .resolveCache(lifetime)
                    .cnameCache(lifetime.ofAliases())
                    .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                    .build();
        } catch (RuntimeException e) {
            // Without a file descriptor there is no socket to ask with.
            result.setFailure(new NameNotFoundException("nobody could be asked: " + e.getMessage()));
            return;
        }
        resolver.resolveAll(name).addListener((Future<List<InetAddress>> found) -> {
            resolver.close();
            if (!found.isSuccess() && withEdns && edns && log.mayDislikeEdns()) {
                ask(name, false, result);
            } else if (!found.isSuccess()) {
                // Where neither way works, the better one is tried first the next time.
                edns = true;
                result.setFailure(new NameNotFoundException(log.words(found.cause())));
            } else {
                edns = withEdns;
                result.setSuccess(new Answer(found.getNow(), clamped(Duration.ofSeconds(lifetime.seconds()))));
            }
        });
    }

    private Duration clamped(Duration ttl) {
        // An answer that holds for no time at all must not make a loop of questions.
        Duration shortest = config.minTtl().isZero() ? SHORTEST_LIFE : config.minTtl();
        Duration longest = config.maxTtl().isZero() ? LONGEST_LIFE : config.maxTtl();
        Duration notLonger = ttl.compareTo(longest) > 0 ? longest : ttl;
        return notLonger.compareTo(shortest) < 0 ? shortest : notLonger;
    }

    private static InetAddress literal(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }
}
