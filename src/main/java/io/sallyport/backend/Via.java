package io.sallyport.backend;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.eventloop.SourceAddress;
import io.sallyport.forwardproxy.ForwardProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The forward proxy that the servers of a backend are reached through, in one generation, and what its name means. For any
 * thread.
 *
 * <p>Its name is looked up when a connection needs it and the last answer is out of date; that answer serves meanwhile, and
 * as long as the name is not found.
 */
public final class Via {
    private final ForwardProxy proxy;
    private final HostPort address;
    private final NameResolver names;
    private volatile @Nullable Known known;
    private @Nullable Future<NameResolver.Answer> asked;

    /**
     * What is known of its name.
     *
     * @param addresses the one that worked last first
     * @param until by {@link System#nanoTime()}
     */
    private record Known(List<InetAddress> addresses, boolean isLiteral, long until) {}

    /** @param found what its name means; null where it is an address */
    public Via(ForwardProxy proxy, HostPort address, NameResolver names, @Nullable LookupResult found) {
        this.proxy = proxy;
        this.address = address;
        this.names = names;
        if (found == null) {
            known = new Known(
                    BackendServer.literal(new NetworkAddress.Tcp(address)).stream()
                            .map(literal -> ((InetSocketAddress) literal).getAddress())
                            .toList(),
                    true,
                    0);
        } else if (found.answer() != null) {
            known = known(found.answer());
        }
    }

    ForwardProxy proxy() {
        return proxy;
    }

    /**
     * Tells where it is, on {@code loop}, maybe before this returns; null where its name has no address.
     *
     * @param source from which address it is to be reached; null: any
     */
    void locate(EventLoop loop, @Nullable SourceAddress source, Consumer<@Nullable InetSocketAddress> then) {
        Known now = known;
        if (now != null && !now.isLiteral() && System.nanoTime() - now.until() > 0) {
            ask();
        }
        if (now != null) {
            then.accept(pick(now, source));
            return;
        }
        ask().addListener(answered -> loop.execute(() -> {
            Known found = known;
            then.accept(found == null ? null : pick(found, source));
        }));
    }

    /** Nobody can be reached there: the next connection tries the next of its addresses. */
    void failed(InetSocketAddress at) {
        Known now = known;
        if (now != null && now.addresses().size() > 1 && now.addresses().get(0).equals(at.getAddress())) {
            List<InetAddress> turned = new ArrayList<>(now.addresses());
            turned.add(turned.remove(0));
            known = new Known(List.copyOf(turned), now.isLiteral(), now.until());
        }
    }

    private @Nullable InetSocketAddress pick(Known now, @Nullable SourceAddress source) {
        return now.addresses().stream()
                .map(each -> new InetSocketAddress(each, address.port()))
                .filter(each -> source == null || source.reaches(each))
                .findFirst()
                .orElse(null);
    }

    /** One question at a time, however many connections wait. */
    private synchronized Future<NameResolver.Answer> ask() {
        if (asked != null && !asked.isDone()) {
            return asked;
        }
        Future<NameResolver.Answer> question = names.resolve(address.host());
        asked = question;
        question.addListener((Future<NameResolver.Answer> answer) -> {
            Known before = known;
            if (answer.isSuccess()) {
                known = known(answer.getNow());
            } else if (before != null) {
                known = new Known(
                        before.addresses(),
                        false,
                        System.nanoTime() + names.retry().toNanos());
            }
        });
        return question;
    }

    private static Known known(NameResolver.Answer answer) {
        return new Known(
                answer.addresses(), false, System.nanoTime() + answer.ttl().toNanos());
    }

    /** As configured, without the user. */
    @Override
    public String toString() {
        return address.toString();
    }
}
