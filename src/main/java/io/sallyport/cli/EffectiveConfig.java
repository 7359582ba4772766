package io.sallyport.cli;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A configuration as lines of {@code path = value  # origin}, sorted, one a value: valid HOCON, and easy to compare.
 *
 * <p>What each listener and backend takes from {@code defaults} is shown with it.
 */
final class EffectiveConfig {
    private static final String ROOT = "sallyport";
    private static final int ORIGIN_COLUMN = 60;
    private static final Pattern SECRET = Pattern.compile("(?i).*(password|secret|token)");

    /** Where none belongs, but a configuration is printed before it is checked, too. */
    private static final Pattern URL_PASSWORD = Pattern.compile("(://[^@/:]*):[^@]*@");

    private static final String MASK = "\"***\"";

    private final List<String> lines = new ArrayList<>();

    private EffectiveConfig() {}

    /** The lines of the object below {@code sallyport}. */
    static List<String> lines(ConfigObject values) {
        EffectiveConfig effective = new EffectiveConfig();
        ConfigObject listeners =
                withDefaults(values, "listeners", "listener", listener -> without(listener, "tls", "routes"));
        ConfigObject whole = withDefaults(
                listeners, "backends", "backend", backend -> isLimited(backend) ? backend : without(backend, "queue"));
        effective.add(ROOT, "", whole.withoutKey("defaults"));
        return effective.lines;
    }

    private static ConfigObject withDefaults(
            ConfigObject values, String section, String kind, UnaryOperator<ConfigObject> used) {
        if (!(values.get(section) instanceof ConfigObject named)
                || !(values.get("defaults") instanceof ConfigObject defaults)
                || !(defaults.get(kind) instanceof ConfigObject fallback)) {
            return values;
        }
        ConfigObject whole = named;
        for (String name : named.keySet()) {
            if (named.get(name) instanceof ConfigObject own) {
                whole = whole.withValue(name, used.apply(own.withFallback(fallback)));
            }
        }
        return values.withValue(section, whole);
    }

    /** Leaves out what nobody wrote and whose being there means something: a listener that has tls wants certificates. */
    private static ConfigObject without(ConfigObject values, String... keys) {
        ConfigObject left = values;
        for (String key : keys) {
            ConfigValue value = values.get(key);
            if (value != null && isDefault(value)) {
                left = left.withoutKey(key);
            }
        }
        return left;
    }

    private static boolean isDefault(ConfigValue value) {
        return value instanceof ConfigObject object
                ? object.values().stream().allMatch(EffectiveConfig::isDefault)
                : "reference.conf".equals(value.origin().resource());
    }

    /** Whether a server of a backend may have only so many connections, so that clients may have to wait. */
    private static boolean isLimited(ConfigObject backend) {
        return backend.get("servers") instanceof ConfigList servers
                && servers.stream()
                        .anyMatch(each -> each instanceof ConfigObject server && server.containsKey("max-connections"));
    }

    private void add(String path, String key, ConfigValue value) {
        if (value instanceof ConfigObject object && !object.isEmpty() && !isSecret(key)) {
            new TreeMap<>(object).forEach((child, inner) -> add(path + "." + ConfigUtil.joinPath(child), child, inner));
            return;
        }
        String line = path + " = " + text(key, value);
        lines.add(line + " ".repeat(Math.max(1, ORIGIN_COLUMN - line.length())) + "# " + where(value.origin()));
    }

    private static String text(String key, ConfigValue value) {
        if (isSecret(key) && value.valueType() != ConfigValueType.NULL) {
            return MASK;
        }
        if (value instanceof ConfigObject object) {
            List<String> entries = new ArrayList<>();
            new TreeMap<>(object)
                    .forEach((child, inner) -> entries.add(ConfigUtil.joinPath(child) + " = " + text(child, inner)));
            return entries.isEmpty() ? "{}" : "{ " + String.join(", ", entries) + " }";
        }
        if (value instanceof ConfigList list) {
            return list.stream().map(element -> text(key, element)).toList().toString();
        }
        return URL_PASSWORD.matcher(value.render()).replaceAll("$1:***@");
    }

    private static boolean isSecret(String key) {
        return SECRET.matcher(key).matches();
    }

    private static String where(ConfigOrigin origin) {
        String line = origin.lineNumber() > 0 ? ":" + origin.lineNumber() : "";
        if (origin.resource() != null) {
            return origin.resource() + line;
        }
        return origin.filename() != null ? display(Path.of(origin.filename())) + line : origin.description();
    }

    /** The path as the person typed it, where it lies below the working directory. */
    private static String display(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file).toString() : file.toString();
    }
}
