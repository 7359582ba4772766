package io.sallyport.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Fails a test class that leaves a reference-counted object (buffer, TLS context, TLS engine) behind.
 *
 * <p>Netty reports a leak only when another object of the same kind is made after the lost one was collected, and into a log
 * that nobody reads. So the reports are kept here, and after each class garbage is collected and they are asked for. JUnit
 * finds this class through {@code META-INF/services}: no test can forget it. For what another process prints, the build
 * searches the output of all tests for {@code LEAK:}.
 */
public final class LeakCheck implements LauncherSessionListener, AfterAllCallback {
    private static final int COLLECTIONS = 2;
    private static final Pattern FRAMES_OF_THE_RUNNER =
            Pattern.compile("\\t(java\\.base/|org\\.junit\\.|org\\.apache\\.maven\\.).*\\R?");
    private static final Queue<RecordingDetector<?>> DETECTORS = new ConcurrentLinkedQueue<>();
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    /** Comes before the first class of Netty is loaded: each takes its detector then, and for good. */
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // the one abstract method; the others end here
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                    Class<T> resource, int samplingInterval, long maxActive) {
                RecordingDetector<T> detector = new RecordingDetector<>(resource, samplingInterval);
                DETECTORS.add(detector);
                return detector;
            }
        });
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        if (context.getRequiredTestClass().isMemberClass() || DETECTORS.isEmpty()) {
            return; // a nested class shares what the class around it made; without detectors there was no Netty
        }
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            Thread.sleep(1); // another thread queues the references
            DETECTORS.forEach(RecordingDetector::report);
        }
        List<String> leaks = new ArrayList<>();
        for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
            leaks.add(leak);
        }
        if (!leaks.isEmpty()) {
            throw new AssertionError("left behind by this class, or by one before it:\n" + String.join("\n", leaks));
        }
    }

    private static final class RecordingDetector<T> extends ResourceLeakDetector<T> {
        RecordingDetector(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        /** Tracking an object, whichever, makes the detector report what was collected so far. */
        @SuppressWarnings("unchecked")
        void report() {
            T any = (T) new Object();
            ResourceLeakTracker<T> tracker = track(any);
            if (tracker != null) {
                tracker.close(any);
            }
        }

        @Override
        protected boolean needReport() {
            return true; // whatever the level of the log
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            LEAKS.add("LEAK: " + resourceType
                    + FRAMES_OF_THE_RUNNER.matcher(records).replaceAll(""));
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            LEAKS.add("LEAK: " + resourceType);
        }
    }
}
