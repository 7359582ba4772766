package io.sallyport.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * How tests wait for what happens soon: they look at once and often, and give up late, so that a busy machine fails nothing that
 * an idle one does not. JUnit finds this class through {@code META-INF/services}.
 */
public final class AwaitDefaults implements LauncherSessionListener {
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
        Awaitility.setDefaultTimeout(ProxyUnderTest.PATIENCE);
    }
}
