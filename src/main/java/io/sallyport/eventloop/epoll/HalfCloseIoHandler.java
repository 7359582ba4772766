package io.sallyport.eventloop.epoll;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's epoll, but that a channel which waits for nothing stays registered, that a peer's FIN is read in its turn, and that
 * what a channel waits for is told to the kernel once a turn of the loop.
 *
 * <p>After a peer's FIN a channel waits for nothing. Netty then takes it out of epoll, yet believes it still in there
 * (EpollIoHandler.submit since https://github.com/netty/netty/pull/16689), so its next wait, for room to write in, fails
 * with ENOENT and ends the connection: a peer that sends its FIN first and then reads slower than we write would lose the
 * answer. Also, a reset after the FIN would not be reported.
 *
 * <p>An edge-triggered registration for nothing stays valid, tells of a reset (as an exception in the pipeline), and cannot wake the loop for ever, as that
 * change was to prevent.
 *
 * <p>Once Netty knows of a FIN (EPOLLRDHUP) it reads all that came before it at once, asked or not: megabytes that the
 * kernel holds would be fired into a pipeline that discards them. So it is not told, and finds the FIN behind the last byte.
 *
 * <p>A channel changes its mind about what it waits for several times in one turn: reads switched off and on again, a
 * connect that is done. Only the last word before the loop waits matters. And where only reading is switched off, the
 * kernel is told as soon as it has something to read and no sooner, for mostly reading is on again before.
 */
public final class HalfCloseIoHandler extends DelegatingIoHandler {
    private final List<Watched> changed = new ArrayList<>();

    private HalfCloseIoHandler(IoHandler epoll) {
        super(epoll);
    }

    public static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new HalfCloseIoHandler(factory.newHandler(executor));
    }

    @Override
    public int run(IoHandlerContext context) {
        for (int i = 0; i < changed.size(); i++) {
            changed.get(i).submitIfNeeded();
        }
        changed.clear();
        return epoll.run(context);
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        Watched watched = new Watched((EpollIoHandle) handle);
        watched.registration = epoll.register(watched);
        return new Registration(watched.registration, watched, changed);
    }

    /** A channel, as epoll sees it. */
    private static final class Watched extends DelegatingHandle {
        private @Nullable IoRegistration registration;
        private EpollIoOps wanted = EpollIoOps.NONE;
        private EpollIoOps armed = EpollIoOps.NONE;
        private boolean queued;

        Watched(EpollIoHandle channel) {
            super(channel);
        }

        /** Whether it is not queued yet for the end of the turn. */
        boolean wants(EpollIoOps ops) {
            wanted = ops;
            boolean first = !queued;
            queued = true;
            return first;
        }

        void submitIfNeeded() {
            queued = false;
            boolean onlyReadingIsOff =
                    armed.contains(EpollIoOps.EPOLLIN) && wanted.equals(armed.without(EpollIoOps.EPOLLIN));
            if (!onlyReadingIsOff) {
                submit();
            }
        }

        private void submit() {
            EpollIoOps ops = wanted.equals(EpollIoOps.NONE) ? EpollIoOps.EPOLLET : wanted;
            if (registration == null || !registration.isValid() || ops.equals(armed)) {
                return;
            }
            armed = ops;
            try {
                registration.submit(ops);
            } catch (UncheckedIOException e) {
                // Without this no event of this channel would be reported again.
                close();
            }
        }

        @Override
        public void handle(IoRegistration source, IoEvent event) {
            EpollIoOps ops = ((EpollIoEvent) event).ops();
            if (wanted.equals(EpollIoOps.NONE) && ops.contains(EpollIoOps.EPOLLERR)) {
                // Not handled by Netty: it would read what came before, asked or not.
                pipeline().fireExceptionCaught(new ConnectionFailedException());
                return;
            }
            if (!ops.contains(EpollIoOps.EPOLLIN) || wanted.contains(EpollIoOps.EPOLLIN)) {
                channel.handle(source, event);
                return;
            }
            submit();
            EpollIoOps rest = ops.without(EpollIoOps.EPOLLIN);
            if (!rest.equals(EpollIoOps.NONE)) {
                channel.handle(source, (EpollIoEvent) () -> rest);
            }
        }

        private ChannelPipeline pipeline() {
            EpollIoHandle netty = channel;
            while (netty instanceof DelegatingHandle wrapped) {
                netty = wrapped.channel;
            }
            return ((Channel.Unsafe) netty).voidPromise().channel().pipeline();
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A registration, as the channel sees it. */
    private static final class Registration extends DelegatingRegistration {
        private final Watched watched;
        private final List<Watched> changed;

        Registration(IoRegistration registration, Watched watched, List<Watched> changed) {
            super(registration);
            this.watched = watched;
            this.changed = changed;
        }

        @Override
        public long submit(IoOps ops) {
            EpollIoOps wanted = ((EpollIoOps) ops).without(EpollIoOps.EPOLLRDHUP);
            if (watched.wants(wanted)) {
                changed.add(watched);
            }
            return wanted.value();
        }
    }
}
