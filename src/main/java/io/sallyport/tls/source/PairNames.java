package io.sallyport.tls.source;

import io.sallyport.tls.source.FileContents.Content;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which files of a folder belong together, by their names and by what they hold.
 *
 * <ul>
 *   <li>one file with a certificate and a key, by whatever name: haproxy, lego with {@code --pem};
 *   <li>{@code fullchain.pem} with {@code privkey.pem}: certbot, dehydrated;
 *   <li>{@code NAME.crt}, {@code NAME.pem} or {@code NAME.cer} with {@code NAME.key}: lego, Kubernetes, Caddy;
 *   <li>{@code NAME.pem} with {@code NAME.pem.key}: haproxy; with {@code NAME-key.pem}: mkcert; {@code cert.pem} with
 *       {@code key.pem}.
 * </ul>
 *
 * <p>A certificate without a key is no fault: the authority's own lies there, too.
 *
 * @param pairs in the order of their chains
 * @param halves files of which the other half is missing
 */
record PairNames(List<Pair> pairs, List<Half> halves) {
    private static final String FULL_CHAIN = "fullchain.pem";
    private static final String PRIVATE_KEY = "privkey.pem";
    private static final String KUBERNETES_CHAIN = "tls.crt";
    private static final String KEY = ".key";
    private static final String MKCERT_KEY = "-key.pem";

    /** Both may be the same file. */
    record Pair(Path chain, Path key) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int byChain = chain.compareTo(other.chain);
            return byChain != 0 ? byChain : key.compareTo(other.key);
        }
    }

    /** @param missing the name of what should lie beside it */
    record Half(Path file, String missing) {}

    /** @param files in order */
    static PairNames of(Map<Path, Content> files) {
        Set<Pair> pairs = new LinkedHashSet<>();
        Set<Path> paired = new LinkedHashSet<>();
        files.forEach((file, content) -> {
            Pair pair = pair(file, content, files);
            if (pair != null) {
                pairs.add(pair);
                paired.add(pair.chain);
                paired.add(pair.key);
            }
        });
        List<Half> halves = files.keySet().stream()
                .filter(file -> !paired.contains(file))
                .flatMap(file -> half(file, Objects.requireNonNull(files.get(file)), paired))
                .toList();
        // In order already, as a rule: a chain that comes behind its key is not.
        return new PairNames(pairs.stream().sorted().toList(), halves);
    }

    private static @Nullable Pair pair(Path file, Content content, Map<Path, Content> files) {
        if (content.certificate() && content.key()) {
            return new Pair(file, file);
        }
        if (content.certificate()) {
            // An empty file by the right name is a key that is being written.
            return keysOf(file)
                    .filter(key -> files.containsKey(key) && isAlone(files.get(key)))
                    .findFirst()
                    .map(key -> new Pair(file, key))
                    .orElse(null);
        }
        if (content.key()) {
            return chainsOf(file)
                    .filter(chain -> files.containsKey(chain) && isAlone(files.get(chain)))
                    .findFirst()
                    .map(chain -> new Pair(chain, file))
                    .orElse(null);
        }
        return null;
    }

    /** Whether it is not both halves in one, which needs no other file. */
    private static boolean isAlone(@Nullable Content content) {
        return content != null && !(content.certificate() && content.key());
    }

    private static Stream<Path> keysOf(Path chain) {
        String name = name(chain);
        String stem = stem(name);
        Stream<String> special = switch (name) {
            case FULL_CHAIN -> Stream.of(PRIVATE_KEY);
            case "cert.pem" -> Stream.of("key.pem");
            default -> Stream.empty();
        };
        return Stream.concat(special, Stream.of(stem + KEY, name + KEY, stem + MKCERT_KEY))
                .map(chain::resolveSibling);
    }

    private static Stream<Path> chainsOf(Path key) {
        String name = name(key);
        Stream<String> names;
        if (name.equals(PRIVATE_KEY)) {
            names = Stream.of(FULL_CHAIN);
        } else if (name.equals("key.pem")) {
            names = Stream.of("cert.pem");
        } else if (name.endsWith(MKCERT_KEY)) {
            names = Stream.of(name.substring(0, name.length() - MKCERT_KEY.length()) + ".pem");
        } else if (name.endsWith(KEY)) {
            String stem = name.substring(0, name.length() - KEY.length());
            names = Stream.of(stem + ".crt", stem + ".pem", stem + ".cer", stem);
        } else {
            names = Stream.empty();
        }
        return names.map(key::resolveSibling);
    }

    /** Names that never stand alone. */
    private static Stream<Half> half(Path file, Content content, Set<Path> paired) {
        String name = name(file);
        if (content.certificate() && name.equals(FULL_CHAIN)) {
            return Stream.of(new Half(file, PRIVATE_KEY));
        }
        if (content.certificate() && name.equals(KUBERNETES_CHAIN)) {
            return Stream.of(new Half(file, "tls.key"));
        }
        boolean needless = chainsOf(file).anyMatch(paired::contains);
        if (content.key() && !content.certificate() && !needless) {
            return chainsOf(file).limit(1).map(chain -> new Half(file, name(chain)));
        }
        return Stream.empty();
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static String stem(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
