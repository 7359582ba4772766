package io.sallyport.benchmarks.load;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Epoll that, while it has something to do between two turns, does that and never sleeps: timers are too coarse for
 * requests that are due every few microseconds, and a task that queues itself again would keep the loop from the sockets.
 */
final class Spinner implements IoHandler {
    /** Asking for a thousand at once takes the kernel 400 µs, in which nobody else gets the core, at whatever priority. */
    private static final int EVENTS_AT_ONCE = 64;

    private final IoHandler epoll;
    private Runnable each;

    Spinner(ThreadAwareExecutor executor) {
        this.epoll = EpollIoHandler.newFactory(EVENTS_AT_ONCE, DefaultSelectStrategyFactory.INSTANCE).newHandler(executor);
    }

    /** On the event loop; null: sleeps again. */
    void each(Runnable work) {
        each = work;
    }

    @Override
    public int run(IoHandlerContext context) {
        if (each == null) {
            return epoll.run(context);
        }
        each.run();
        return epoll.run(new Awake(context));
    }

    @Override
    public void initialize() {
        epoll.initialize();
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
        return epoll.register(handle);
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }

    private record Awake(IoHandlerContext context) implements IoHandlerContext {
        @Override
        public boolean canBlock() {
            return false;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return context.delayNanos(currentTimeNanos);
        }

        @Override
        public long deadlineNanos() {
            return context.deadlineNanos();
        }
    }
}
