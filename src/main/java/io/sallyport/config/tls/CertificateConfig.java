package io.sallyport.config.tls;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.hocon.Section;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where certificate chains and their private keys come from. */
public sealed interface CertificateConfig {
    /** What most authorities take. */
    int MOST_NAMES = 100;

    Place place();

    /** {@code file:line} of the entry in the configuration. */
    default String where() {
        return place().text();
    }

    /** The password of the key, or of all keys, and of the key store that it is in. */
    PasswordConfig password();

    /** PEM files: a chain, leaf first, and its key. Both may be the same file. */
    record Pem(Path chain, Path key, PasswordConfig password, Place place) implements CertificateConfig {
        public Pem(Path chain, Path key, PasswordConfig password, String where) {
            this(chain, key, password, new Place(where));
        }
    }

    /** A PKCS#12, JKS or JCEKS key store with exactly one private key entry, or {@code alias}. */
    record Keystore(Path keystore, @Nullable String alias, PasswordConfig password, Place place)
            implements CertificateConfig {}

    /** A folder with any number of pairs, in the layouts of certbot, lego, Kubernetes and haproxy; one password for all keys. */
    record Directory(Path directory, PasswordConfig password, Place place) implements CertificateConfig {}

    /**
     * A chain in a PEM file, whose private key stays in a token.
     *
     * @param module the token's PKCS#11 library
     * @param token its label
     * @param key the key's label
     */
    record Pkcs11(Path chain, Path module, String token, String key, PasswordConfig pin, Place place)
            implements CertificateConfig {
        @Override
        public PasswordConfig password() {
            return pin;
        }

        private static Pkcs11 read(Section section) {
            Path chain = section.live().file("chain");
            if (section.has("key") || section.has("keystore") || section.has("directory")) {
                section.problem(
                        "pkcs11", "given together with key, keystore or directory (expected: with chain alone)");
            }
            return section.child(
                    "pkcs11",
                    token -> new Pkcs11(
                            chain,
                            token.live().file("module"),
                            token.live().string("token"),
                            token.live().string("key"),
                            PasswordConfig.read(token, "pin"),
                            section.place()));
        }
    }

    /**
     * Certificates that an authority issues by itself.
     *
     * @param names host names and addresses, all in one certificate; the first is what people call it
     */
    record Acme(AcmeConfig authority, List<String> names, Place place) implements CertificateConfig {
        public Acme {
            names = List.copyOf(names);
        }

        /** Those among these, each once. */
        public static List<Acme> among(Stream<CertificateConfig> certificates) {
            return certificates
                    .flatMap(each -> each instanceof Acme acme ? Stream.of(acme) : Stream.of())
                    .distinct()
                    .toList();
        }

        @Override
        public PasswordConfig password() {
            return new PasswordConfig.None();
        }
    }

    /** The X.509-SVID of this workload, from the SPIFFE Workload API. */
    record Spiffe(Place place) implements CertificateConfig {
        @Override
        public PasswordConfig password() {
            return new PasswordConfig.None();
        }

        private static Spiffe read(Section section) {
            if (Stream.of("acme", "names", "chain", "key", "keystore", "directory", "pkcs11")
                    .anyMatch(section::has)) {
                section.problem("spiffe", "given together with files or acme (expected: alone)");
            }
            if (!section.live().bool("spiffe")) {
                section.problem("spiffe", "off (expected: on, or no such entry)");
            }
            return new Spiffe(section.place());
        }
    }

    /** One that a listener shows; {@code authorities} are those that it may be ordered from. */
    static CertificateConfig readServer(Section section, Map<String, AcmeConfig> authorities) {
        if (!section.has("acme") || section.has("spiffe")) {
            return read(section);
        }
        if (Stream.of("chain", "key", "keystore", "directory", "pkcs11").anyMatch(section::has)) {
            section.problem("acme", "given together with files (expected: one or the other)");
        }
        List<String> names = section.live().parsedList("names", OrderedName.RULE, OrderedName::parse).stream()
                .distinct()
                .toList();
        if (names.isEmpty() || names.size() > MOST_NAMES) {
            section.problem("names", names.size() + " (expected: 1 to " + MOST_NAMES + " host names or addresses)");
        }
        String name = section.live().string("acme");
        @Nullable AcmeConfig authority = authorities.get(name);
        if (authority == null) {
            section.problem(
                    "acme", "\"" + name + "\" (expected: one of the acme entries " + authorities.keySet() + ")");
            return new Pem(section.directory(), section.directory(), new PasswordConfig.None(), section.place());
        }
        return new Acme(authority, names, section.place());
    }

    /** One from files, a token or the SPIFFE Workload API. */
    static CertificateConfig read(Section section) {
        if (section.has("spiffe")) {
            return Spiffe.read(section);
        }
        if (section.has("acme")) {
            section.problem(
                    "acme",
                    "given for what servers are shown (expected: files; an authority certifies names that"
                            + " clients ask for)");
        }
        if (section.has("pkcs11")) {
            return Pkcs11.read(section);
        }
        PasswordConfig password = PasswordConfig.read(section);
        if (section.has("directory")) {
            if (section.has("chain") || section.has("key") || section.has("keystore")) {
                section.problem("directory", "given together with chain, key or keystore (expected: one or the other)");
            }
            return new Directory(section.live().file("directory"), password, section.place());
        }
        if (section.has("keystore")) {
            if (section.has("chain") || section.has("key")) {
                section.problem("keystore", "given together with chain or key (expected: one or the other)");
            }
            return new Keystore(
                    section.live().file("keystore"), section.live().optionalString("alias"), password, section.place());
        }
        return new Pem(section.live().file("chain"), section.live().file("key"), password, section.place());
    }
}
