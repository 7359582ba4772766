package io.sallyport.benchmarks.load;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Promise;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A bounded piece of work. Everything but {@link #run} happens on the event loop. */
abstract class Work {
    final Client client;
    final EventLoop loop;
    final Figures figures = new Figures();
    private final Promise<Void> over;

    Work(Client client, EventLoopGroup loops) {
        this.client = client;
        this.loop = loops.next();
        this.over = loop.newPromise();
    }

    abstract void begin();

    final void over() {
        if (!over.isDone()) {
            figures.endIfOpen();
            over.setSuccess(null);
        }
    }

    /** Returns the figures as one line; what is not done after {@code seconds} counts as an error. */
    final String run(int seconds) throws InterruptedException {
        start();
        return await(seconds);
    }

    final void start() {
        loop.execute(this::begin);
    }

    final String await(int seconds) throws InterruptedException {
        if (!over.await(seconds, TimeUnit.SECONDS)) {
            loop.submit(() -> {
                        figures.failed(new TimeoutException(seconds + " s"));
                        over();
                    })
                    .syncUninterruptibly();
        }
        return figures.line();
    }
}
