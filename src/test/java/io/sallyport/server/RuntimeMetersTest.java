package io.sallyport.server;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

class RuntimeMetersTest {
    /** The JVM's collectors know the meters as listeners: a server that has stopped would stay in memory for good. */
    @Test
    void areForgottenOnceTheyAreClosed() {
        WeakReference<MeterRegistry> closed = boundAndClosed();

        await().until(() -> {
            System.gc();
            return closed.get() == null;
        });
    }

    private static WeakReference<MeterRegistry> boundAndClosed() {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (JvmGcMetrics collections = RuntimeMeters.bindTo(registry)) {
            return new WeakReference<>(registry);
        }
    }
}
