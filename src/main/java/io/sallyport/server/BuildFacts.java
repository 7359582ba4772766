package io.sallyport.server;

import io.netty.handler.ssl.OpenSsl;
import io.sallyport.eventloop.Transport;
import io.sallyport.metrics.Meters.BuildInfo;
import java.util.Objects;

/** What is running. */
public final class BuildFacts {
    private BuildFacts() {}

    public static BuildInfo with(Transport transport) {
        return new BuildInfo(
                Objects.requireNonNullElse(BuildFacts.class.getPackage().getImplementationVersion(), "development"),
                Runtime.version().toString(),
                String.valueOf(OpenSsl.versionString()),
                transport.toString());
    }
}
