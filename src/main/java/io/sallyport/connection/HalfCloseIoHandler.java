package io.sallyport.connection;

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
import io.netty.channel.unix.FileDescriptor;

/**
 * Netty's epoll, but that a channel which waits for nothing stays registered.
 *
 * <p>After a peer's FIN a channel waits for nothing. Netty then takes it out of epoll, yet believes it still in there
 * (EpollIoHandler.submit since https://github.com/netty/netty/pull/16689), so its next wait, for room to write in, fails
 * with ENOENT and ends the connection: whoever sends its FIN first and then reads slower than we write would lose the
 * answer. Also, nobody would hear of a reset after the FIN.
 *
 * <p>An edge-triggered registration for nothing stays valid, tells of a reset, and cannot wake the loop for ever, as that
 * change was to prevent.
 */
final class HalfCloseIoHandler implements IoHandler {
    private final IoHandler epoll;

    private HalfCloseIoHandler(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new HalfCloseIoHandler(factory.newHandler(executor));
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        Watched watched = new Watched((EpollIoHandle) handle);
        return new Registration(epoll.register(watched), watched);
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }

    /** A channel, as epoll sees it. */
    private static final class Watched implements EpollIoHandle {
        private final EpollIoHandle channel;
        private boolean waitsForNothing;

        Watched(EpollIoHandle channel) {
            this.channel = channel;
        }

        @Override
        public FileDescriptor fd() {
            return channel.fd();
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            if (waitsForNothing && ((EpollIoEvent) event).ops().contains(EpollIoOps.EPOLLERR)) {
                close();
                return;
            }
            channel.handle(registration, event);
        }

        @Override
        public void registered() {
            channel.registered();
        }

        @Override
        public void unregistered() {
            channel.unregistered();
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
    private static final class Registration implements IoRegistration {
        private final IoRegistration registration;
        private final Watched watched;

        Registration(IoRegistration registration, Watched watched) {
            this.registration = registration;
            this.watched = watched;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature.
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            watched.waitsForNothing = ops.equals(EpollIoOps.NONE);
            return registration.submit(watched.waitsForNothing ? EpollIoOps.EPOLLET : ops);
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
