package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.sallyport.connection.relay.Ending;
import io.sallyport.connection.relay.Peer;
import io.sallyport.tls.record.RecordLayer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

/** A peer without a socket: writes down what it is told, and is as far as a test says. */
final class RecordedPeer implements Peer {
    private final List<String> calls = new ArrayList<>();
    private final List<Promise<Void>> pending = new ArrayList<>();
    private int closes;
    boolean writable = true;
    boolean fullDuplex = true;
    boolean inboundClosed;
    boolean inputShutdown;
    boolean midRecord;

    /** What it was told since the last time this was asked. */
    String takeCalls() {
        String result = String.join(" ", calls);
        calls.clear();
        return result;
    }

    /** How often it was closed, in whatever way. */
    int closes() {
        return closes;
    }

    boolean hasPending() {
        return !pending.isEmpty();
    }

    /** What was written reaches the kernel, or never will. */
    void complete(boolean success) {
        List<Promise<Void>> now = List.copyOf(pending);
        pending.clear();
        for (Promise<Void> promise : now) {
            if (success) {
                promise.setSuccess(null);
            } else {
                promise.setFailure(new ClosedChannelException());
            }
        }
    }

    private Future<?> promise() {
        Promise<Void> promise = ImmediateEventExecutor.INSTANCE.newPromise();
        pending.add(promise);
        return promise;
    }

    @Override
    public void use(RecordLayer records) {
        calls.add("use");
    }

    @Override
    public void write(ByteBuf data) {
        calls.add("write");
        data.release();
    }

    @Override
    public void flush() {
        calls.add("flush");
    }

    @Override
    public void read() {
        calls.add("read");
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public Future<?> sendEnd(boolean withCloseNotify) {
        calls.add(withCloseNotify ? "close_notify" : "end");
        return promise();
    }

    @Override
    public void shutdownOutput() {
        calls.add("FIN");
    }

    @Override
    public Future<?> flushed() {
        calls.add("await-flush");
        return promise();
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown;
    }

    @Override
    public boolean isInboundClosed() {
        return inboundClosed;
    }

    @Override
    public boolean isMidRecord() {
        return midRecord;
    }

    @Override
    public boolean isFullDuplex() {
        return fullDuplex;
    }

    @Override
    public void close() {
        close(Ending.Close.ORDERLY);
    }

    @Override
    public void closeDiscarding() {
        close(Ending.Close.DISCARDING);
    }

    @Override
    public void cut() {
        close(Ending.Close.WITHOUT_CLOSE_NOTIFY);
    }

    @Override
    public void reset() {
        close(Ending.Close.RESET);
    }

    @Override
    public void resetOnceDelivered() {
        close(Ending.Close.RESET_ONCE_DELIVERED);
    }

    private void close(Ending.Close how) {
        closes++;
        calls.add(how.name());
    }
}
