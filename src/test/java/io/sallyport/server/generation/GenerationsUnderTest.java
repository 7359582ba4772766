package io.sallyport.server.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sallyport.accesslog.AccessLog;
import io.sallyport.accesslog.HandshakeLog;
import io.sallyport.backend.BackendRuntime;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.metrics.Meters;
import io.sallyport.metrics.Meters.BuildInfo;
import io.sallyport.tls.context.ChallengeAnswers;
import io.sallyport.tls.context.LiveContexts;
import io.sallyport.tls.context.RsaAccelerator;
import io.sallyport.tls.path.SeenPoints;
import io.sallyport.tls.source.KeySources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Loads and commits one generation after the other, without sockets. At its end nothing native is left. */
final class GenerationsUnderTest implements AutoCloseable {
    private final Path directory;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LiveContexts contexts = new LiveContexts();
    private final BackendRuntime runtime = new BackendRuntime();
    private final GenerationLoader loader = new GenerationLoader(new LoaderServices(
            new KeySources(variable -> null), null, contexts, new RsaAccelerator(), new SeenPoints(), runtime.loop()));
    private final Assembler assembler = new Assembler(
            new Meters(registry, new BuildInfo("", "", "", "")),
            new HandshakeLog(AccessLog.none()),
            runtime,
            new ChallengeAnswers(contexts));
    private @Nullable Serving serving;

    /** @param directory of the configuration */
    GenerationsUnderTest(Path directory) {
        this.directory = directory;
    }

    /** A listener with a backend {@code app}. */
    static String listener(String name, String settings) {
        return "listeners." + name + " { bind = \"127.0.0.1:0\", backend = app, " + settings + " }\n"
                + "backends.app.servers = [\"127.0.0.1:1\"]\n";
    }

    Staged load(String config) throws IOException, ConfigException, StartException {
        return loader.load(loader.content(ConfigLoader.load(file(config))), serving);
    }

    Staged loadChanges(String config) throws IOException, ConfigException, StartException {
        return loader.loadChanges(loader.content(ConfigLoader.load(file(config))), serving());
    }

    Serving commit(Staged staged, Instant now) {
        Serving next = assembler.assemble(staged, Map.of(), now, serving);
        if (serving != null) {
            serving.release();
        }
        serving = next;
        return next;
    }

    Serving serving() {
        return Objects.requireNonNull(serving);
    }

    /** BoringSSL contexts that hold memory. */
    int contexts() {
        return contexts.count();
    }

    Set<Meter.Id> meterIds() {
        return registry.getMeters().stream().map(Meter::getId).collect(Collectors.toCollection(HashSet::new));
    }

    @Override
    public void close() {
        if (serving != null) {
            serving.release();
        }
        runtime.close();
        assertThat(contexts()).isZero();
    }

    private Path file(String config) throws IOException {
        return Files.writeString(directory.resolve("x.conf"), "sallyport {\n" + config + "}\n");
    }
}
