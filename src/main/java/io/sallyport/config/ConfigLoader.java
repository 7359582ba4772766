package io.sallyport.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException.IO;
import com.typesafe.config.ConfigException.Parse;
import com.typesafe.config.ConfigException.UnresolvedSubstitution;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a configuration file: parse, resolve, fall back to {@code reference.conf}, check, make records. */
public final class ConfigLoader {
    private static final String ROOT = "sallyport";

    private ConfigLoader() {}

    /**
     * Reads {@code file}. Paths in it are relative to its folder.
     *
     * @throws ConfigException with every problem of the file
     */
    public static ProxyConfig load(Path file) throws ConfigException {
        return read(parse(file), file.toAbsolutePath().normalize().getParent());
    }

    /**
     * Reads a configuration from text, for built-in configurations.
     *
     * @param description what messages call it
     * @param directory the folder that paths are relative to
     */
    public static ProxyConfig load(String text, String description, Path directory) throws ConfigException {
        return read(parse(text, description), directory);
    }

    /**
     * The effective configuration below {@code sallyport}: the file over the defaults, with origins.
     *
     * @throws ConfigException when the file cannot be read, parsed or resolved
     */
    public static ConfigObject effective(Path file) throws ConfigException {
        return parse(file);
    }

    private static ConfigObject parse(Path file) throws ConfigException {
        if (Files.isDirectory(file)) {
            throw unreadable(file, "is a directory (expected: a HOCON file)");
        }
        if (!Files.isReadable(file)) {
            throw unreadable(
                    file, (Files.exists(file) ? "not readable" : "no such file") + " (expected: a HOCON file)");
        }
        ConfigParseOptions options = ConfigParseOptions.defaults().setAllowMissing(false);
        return resolve(file.toString(), () -> ConfigFactory.parseFile(file.toFile(), options));
    }

    private static ConfigObject parse(String text, String description) throws ConfigException {
        ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription(description);
        return resolve(description, () -> ConfigFactory.parseString(text, options));
    }

    private static ConfigObject resolve(String name, Source source) throws ConfigException {
        try {
            Config own = source.parse();
            if (!own.root().containsKey(ROOT)) {
                throw missingRoot(name, own);
            }
            Config reference = ConfigFactory.parseResources(ConfigLoader.class.getClassLoader(), "reference.conf");
            Config whole = own.withFallback(reference).resolve();
            return whole.getConfig(ROOT).root();
        } catch (UnresolvedSubstitution e) {
            throw problem(e.origin(), name, "a substitution has no value: " + reason(e));
        } catch (Parse | IO e) {
            throw problem(e.origin(), name, "not HOCON: " + reason(e));
        } catch (com.typesafe.config.ConfigException e) {
            throw problem(e.origin(), name, reason(e));
        }
    }

    private static ProxyConfig read(ConfigObject effective, @Nullable Path directory) throws ConfigException {
        List<ConfigProblem> problems = new ArrayList<>();
        Path base = directory == null ? Path.of("/") : directory;
        ProxyConfig config = new Section(effective, "", base, problems).readBy(ProxyConfig::read);
        if (!problems.isEmpty()) {
            // A route is read over its listener's values: what is wrong with those is told once.
            Map<String, ConfigProblem> once = new LinkedHashMap<>();
            problems.forEach(problem -> once.putIfAbsent(problem.where() + problem.detail(), problem));
            throw new ConfigException(List.copyOf(once.values()));
        }
        return config;
    }

    private static ConfigException missingRoot(String name, Config own) {
        String near = own.root().keySet().stream()
                .map(key -> Section.suggestion(key, Set.of(ROOT)).isEmpty() ? "" : " (\"" + key + "\" is unknown)")
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
        return new ConfigException(
                List.of(new ConfigProblem(name, ROOT, "missing" + near + " (expected: sallyport { ... })")));
    }

    private static ConfigException unreadable(Path file, String detail) {
        return new ConfigException(List.of(new ConfigProblem("", file.toString(), detail)));
    }

    private static ConfigException problem(@Nullable ConfigOrigin origin, String name, String detail) {
        String where = origin == null ? name : Section.where(origin);
        return new ConfigException(List.of(new ConfigProblem(where, ROOT, detail)));
    }

    /** The library puts the origin in front of its message; ours says it already. */
    private static String reason(com.typesafe.config.ConfigException e) {
        String message = String.valueOf(e.getMessage());
        ConfigOrigin origin = e.origin();
        String prefix = origin == null ? "" : origin.description() + ": ";
        return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }

    @FunctionalInterface
    private interface Source {
        Config parse();
    }
}
