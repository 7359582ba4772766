package io.sallyport.tls.context;

import io.netty.handler.ssl.OpenSslAsyncPrivateKeyMethod;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslPrivateKeyMethod;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.sallyport.tls.material.RemoteKey;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;

/** What makes the signatures of a context's own key in BoringSSL's place. A context has one at the most. */
final class OutsideSigner {
    private final Consumer<SslContextBuilder> option;

    private OutsideSigner(Consumer<SslContextBuilder> option) {
        this.option = option;
    }

    /** At once, on the thread that BoringSSL asks on. */
    static OutsideSigner atOnce(OpenSslPrivateKeyMethod method) {
        return new OutsideSigner(builder -> builder.option(OpenSslContextOption.PRIVATE_KEY_METHOD, method));
    }

    /** In its own time: the handshake waits for it, and the event loop does not. */
    static OutsideSigner of(RemoteKey key) {
        OpenSslAsyncPrivateKeyMethod method = new Remote(key);
        return new OutsideSigner(builder -> builder.option(OpenSslContextOption.ASYNC_PRIVATE_KEY_METHOD, method));
    }

    void useIn(SslContextBuilder builder) {
        option.accept(builder);
    }

    private record Remote(RemoteKey key) implements OpenSslAsyncPrivateKeyMethod {
        @Override
        public Future<byte[]> sign(SSLEngine engine, int scheme, byte[] input) {
            Promise<byte[]> signature = ImmediateEventExecutor.INSTANCE.newPromise();
            key.sign(scheme, input).whenComplete((bytes, fault) -> {
                if (fault == null) {
                    signature.trySuccess(bytes);
                } else {
                    signature.tryFailure(fault);
                }
            });
            return signature;
        }

        /** Only static RSA asks for it. */
        @Override
        public Future<byte[]> decrypt(SSLEngine engine, byte[] input) {
            return ImmediateEventExecutor.INSTANCE.newFailedFuture(new UnsupportedOperationException("static RSA"));
        }
    }
}
