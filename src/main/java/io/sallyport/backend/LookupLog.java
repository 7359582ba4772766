package io.sallyport.backend;

import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.DnsQueryLifecycleObserver;
import io.netty.resolver.dns.DnsQueryLifecycleObserverFactory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What name servers said to the questions of one lookup. On the lookup's event loop alone. */
final class LookupLog implements DnsQueryLifecycleObserverFactory, DnsQueryLifecycleObserver {
    private @Nullable DnsResponseCode error;
    private boolean silence;

    /**
     * Whether the questions may have failed because they had an OPT record: servers that do not know it say FORMERR
     * (RFC 6891 section 7), others NOTIMP (RFC 2671 section 5.3), and firewalls drop it.
     */
    boolean mayDislikeEdns() {
        return DnsResponseCode.FORMERR.equals(error) || DnsResponseCode.NOTIMP.equals(error) || silence;
    }

    /** Why there is no address, for people. */
    String words(Throwable failure) {
        if (error != null) {
            return "a name server says " + name(error);
        }
        if (silence) {
            return "no name server answers within dns.timeout";
        }
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof DnsErrorCauseException told) {
                return DnsResponseCode.NXDOMAIN.equals(told.getCode())
                        ? "NXDOMAIN: there is no such name"
                        : "a name server says " + name(told.getCode());
            }
        }
        return "it has no A and no AAAA record";
    }

    /** As in RFC 1035 section 4.1.1 and its successors, without Netty's number behind it. */
    private static String name(DnsResponseCode code) {
        String text = code.toString().toUpperCase(Locale.ROOT);
        int number = text.indexOf('(');
        return number < 0 ? text : text.substring(0, number);
    }

    @Override
    public DnsQueryLifecycleObserver newDnsQueryLifecycleObserver(DnsQuestion question) {
        return this;
    }

    @Override
    public DnsQueryLifecycleObserver queryNoAnswer(DnsResponseCode code) {
        error = code;
        return this;
    }

    @Override
    public void queryFailed(Throwable cause) {
        silence |= cause instanceof DnsNameResolverTimeoutException;
    }

    @Override
    public DnsQueryLifecycleObserver queryRedirected(List<InetSocketAddress> nameServers) {
        return this;
    }

    @Override
    public DnsQueryLifecycleObserver queryCNAMEd(DnsQuestion question) {
        return this;
    }

    @Override
    public void queryWritten(InetSocketAddress nameServer, ChannelFuture written) {}

    @Override
    public void queryCancelled(int left) {}

    @Override
    public void querySucceed() {}
}
