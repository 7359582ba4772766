package io.sallyport.admin;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.sallyport.config.value.ServerState;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code POST /backends/NAME/servers/ADDRESS?state=…} asks for.
 *
 * @param backend its name
 * @param server its address, as the configuration has it
 */
public record ServerChange(String backend, String server, ServerState state) {
    static final String PATH = "/backends/NAME/servers/ADDRESS";
    private static final String BEFORE_NAME = "/backends/";
    private static final String BEFORE_ADDRESS = "/servers/";
    private static final String STATES =
            Stream.of(ServerState.values()).map(ServerState::word).collect(Collectors.joining(" | "));

    /** Whether a path is one of these, whatever it names. */
    static boolean hasPath(String path) {
        return path.startsWith(BEFORE_NAME) && path.indexOf(BEFORE_ADDRESS, BEFORE_NAME.length()) >= 0;
    }

    /**
     * Reads a request whose path is one of these. The address may have its slashes as they are: {@code unix:/run/app.sock}.
     *
     * @throws IllegalArgumentException with what is wrong with which parameter
     */
    static ServerChange parse(String uri) {
        QueryStringDecoder decoder = new QueryStringDecoder(uri);
        String path = decoder.rawPath();
        int name = path.indexOf(BEFORE_ADDRESS, BEFORE_NAME.length());
        return new ServerChange(
                decoded(path.substring(BEFORE_NAME.length(), name)),
                decoded(path.substring(name + BEFORE_ADDRESS.length())),
                state(decoder.parameters()));
    }

    private static String decoded(String part) {
        return new QueryStringDecoder(part).path();
    }

    private static ServerState state(Map<String, List<String>> query) {
        for (String key : query.keySet()) {
            if (!key.equals("state")) {
                throw new IllegalArgumentException("\"" + key + "\": unknown parameter (expected: state)");
            }
        }
        List<String> given = query.getOrDefault("state", List.of());
        if (given.size() != 1) {
            throw new IllegalArgumentException(
                    "state: " + (given.isEmpty() ? "required" : "more than one") + " (expected: " + STATES + ")");
        }
        return Stream.of(ServerState.values())
                .filter(each -> each.word().equals(given.get(0)))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("state: \"" + given.get(0) + "\" (expected: " + STATES + ")"));
    }
}
