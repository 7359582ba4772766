package io.sallyport.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException.IO;
import com.typesafe.config.ConfigException.Parse;
import com.typesafe.config.ConfigException.UnresolvedSubstitution;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.HoconText;
import io.sallyport.config.hocon.LocaleEncoding;
import io.sallyport.config.hocon.Reading;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.HostPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a configuration file: parse, resolve, fall back to {@code reference.conf}, check, make records. */
public final class ConfigLoader {
    private static final String ROOT = "sallyport";

    /** Between a file and the defaults: what others have agreed on how to say (SPIFFE Workload Endpoint section 4). */
    private static final String VARIABLES = "sallyport.spiffe.endpoint-socket = ${?SPIFFE_ENDPOINT_SOCKET}";

    private static final Pattern ROUTE = Pattern.compile("\\.routes\\[\\d+]");

    private ConfigLoader() {}

    /**
     * Reads {@code file}. Paths in it are relative to its folder.
     *
     * @throws ConfigException with every problem of the file
     */
    public static ProxyConfig load(Path file) throws ConfigException {
        return load(file, LocaleEncoding::variable);
    }

    /**
     * Reads {@code file}.
     *
     * @param environment the value of a variable; null where there is none
     */
    static ProxyConfig load(Path file, Environment environment) throws ConfigException {
        return read(parse(file, environment), folder(file), section -> section.readBy(ProxyConfig::read));
    }

    /**
     * Where a proxy of {@code file} tells whether it is ready: its admin listener, else its metrics listener; null where it has neither.
     *
     * <p>Of the file nothing else is checked: a change that is wrong elsewhere leaves the proxy as it was, and ready.
     *
     * @throws ConfigException when the file cannot be read, parsed or resolved, or these addresses are none
     */
    public static @Nullable HostPort probed(Path file) throws ConfigException {
        return read(parse(file, LocaleEncoding::variable), folder(file), section -> {
                    HostPort admin = section.child("admin", AdminConfig::read).bind();
                    HostPort metrics =
                            section.child("metrics", MetricsConfig::read).bind();
                    return Optional.ofNullable(admin == null ? metrics : admin);
                })
                .orElse(null);
    }

    /**
     * Reads a configuration from text, for built-in configurations.
     *
     * @param description what messages call it
     * @param directory the folder that paths are relative to
     */
    public static ProxyConfig load(String text, String description, Path directory) throws ConfigException {
        return read(parse(text, description), directory, section -> section.readBy(ProxyConfig::read));
    }

    /**
     * The effective configuration below {@code sallyport}: the file over the defaults, with origins.
     *
     * @throws ConfigException when the file cannot be read, parsed or resolved
     */
    public static ConfigObject effective(Path file) throws ConfigException {
        return parse(file, LocaleEncoding::variable).effective();
    }

    /**
     * A resolved file.
     *
     * @param effective over the defaults
     * @param own without them
     */
    private record Parsed(ConfigObject effective, ConfigObject own) {}

    private static Parsed parse(Path file, Environment environment) throws ConfigException {
        if (Files.isDirectory(file)) {
            throw unreadable(file, "is a directory (expected: a HOCON file)");
        }
        if (!Files.isReadable(file)) {
            throw unreadable(
                    file,
                    (Files.exists(file) ? "not readable" : "no such file") + " (expected: " + expected(file) + ")");
        }
        ConfigParseOptions options = ConfigParseOptions.defaults().setAllowMissing(false);
        return resolve(file.toString(), () -> ConfigFactory.parseFile(file.toFile(), options), environment);
    }

    private static Parsed parse(String text, String description) throws ConfigException {
        ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription(description);
        return resolve(description, () -> ConfigFactory.parseString(text, options), LocaleEncoding::variable);
    }

    private static Parsed resolve(String name, Source source, Environment environment) throws ConfigException {
        try {
            Config own = source.parse();
            checkRoots(name, own.root());
            Config reference = ConfigFactory.parseResources(ConfigLoader.class.getClassLoader(), "reference.conf");
            ConfigResolveOptions options = ConfigResolveOptions.noSystem().appendResolver(new Variables(environment));
            Config variables = ConfigFactory.parseString(VARIABLES);
            Config whole = own.withFallback(variables).withFallback(reference).resolve(options);
            return new Parsed(
                    whole.getConfig(ROOT).root(),
                    resolvedAlone(own, options).orElse(whole).getConfig(ROOT).root());
        } catch (UnresolvedSubstitution e) {
            throw problem(e.origin(), name, "a substitution has no value: " + reason(e));
        } catch (Parse | IO e) {
            throw problem(e.origin(), name, "not HOCON: " + reason(e));
        } catch (com.typesafe.config.ConfigException e) {
            throw problem(e.origin(), name, reason(e));
        }
    }

    private static Path folder(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        return folder == null ? Path.of("/") : folder;
    }

    private static <T> T read(Parsed parsed, Path directory, Function<Section, T> reader) throws ConfigException {
        Reading reading = new Reading();
        T config = reader.apply(new Section(parsed.effective(), parsed.own(), directory, reading));
        List<ConfigProblem> problems = reading.problems();
        if (!problems.isEmpty()) {
            // A route inherits its listener's values: a problem in those is reported once.
            Map<String, ConfigProblem> once = new LinkedHashMap<>();
            problems.forEach(problem -> once.putIfAbsent(
                    problem.where() + ROUTE.matcher(problem.path()).replaceAll("") + problem.detail(), problem));
            throw new ConfigException(List.copyOf(once.values()));
        }
        return config;
    }

    /** Nothing for a file that substitutes defaults: without them it cannot be resolved. */
    private static Optional<Config> resolvedAlone(Config own, ConfigResolveOptions options) {
        try {
            return Optional.of(own.resolve(options));
        } catch (com.typesafe.config.ConfigException e) {
            return Optional.empty();
        }
    }

    /** Other roots are for values that several places substitute; but one that looks like ours is a slip. */
    private static void checkRoots(String name, ConfigObject roots) throws ConfigException {
        List<ConfigProblem> problems = new ArrayList<>();
        roots.forEach((root, value) -> {
            String suggestion = HoconText.suggestion(root, Set.of(ROOT));
            if (!root.equals(ROOT) && !suggestion.isEmpty()) {
                problems.add(new ConfigProblem(HoconText.where(value.origin()), root, "unknown key" + suggestion));
            }
        });
        if (problems.isEmpty() && !roots.containsKey(ROOT)) {
            problems.add(new ConfigProblem(name, ROOT, "missing (expected: sallyport { ... })"));
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** A working directory that the locale cannot spell is one that does not exist. */
    private static String expected(Path file) {
        boolean spelt = file.isAbsolute() || Files.exists(Path.of("").toAbsolutePath());
        return spelt ? "a HOCON file" : LocaleEncoding.rule();
    }

    private static ConfigException unreadable(Path file, String detail) {
        return new ConfigException(List.of(new ConfigProblem("", file.toString(), detail)));
    }

    private static ConfigException problem(@Nullable ConfigOrigin origin, String name, String detail) {
        String where = origin == null ? name : HoconText.where(origin);
        return new ConfigException(List.of(new ConfigProblem(where, ROOT, detail)));
    }

    /** The library puts the origin in front of its message; ours says it already. */
    private static String reason(com.typesafe.config.ConfigException e) {
        String message = String.valueOf(e.getMessage());
        ConfigOrigin origin = e.origin();
        String prefix = origin == null ? "" : origin.description() + ": ";
        return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }

    /** Environment variables. */
    @FunctionalInterface
    interface Environment {
        @Nullable
        String get(String name);
    }

    /** Substitutes environment variables, each remembered as the origin of its value. */
    private record Variables(Environment environment) implements ConfigResolver {
        @Override
        public @Nullable ConfigValue lookup(String name) {
            String value = environment.get(name);
            return value == null ? null : ConfigValueFactory.fromAnyRef(value, "$" + name);
        }

        @Override
        public ConfigResolver withFallback(ConfigResolver fallback) {
            return this;
        }
    }

    @FunctionalInterface
    private interface Source {
        Config parse();
    }
}
