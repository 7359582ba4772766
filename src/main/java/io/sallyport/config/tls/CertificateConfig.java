package io.sallyport.config.tls;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.hocon.Section;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where certificate chains and their private keys come from. */
public sealed interface CertificateConfig {

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

    static CertificateConfig read(Section section) {
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
