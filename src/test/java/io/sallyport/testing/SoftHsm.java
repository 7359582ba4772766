package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** SoftHSM's token "T" with an EC key "ec" and an RSA key "rsa", which were made in it and never leave it. */
public final class SoftHsm {
    /** The PKCS#11 module. */
    public static final Path MODULE = Stream.of("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
            .map(Path::of)
            .filter(Files::exists)
            .findFirst()
            .orElse(Path.of("/usr/lib/softhsm/libsofthsm2.so"));

    public static final String PIN = "1234";

    /** The variable that names the {@linkplain #configuration() configuration}. */
    public static final String VARIABLE = "SOFTHSM2_CONF";

    private final Path directory;
    private final Path configuration;

    private SoftHsm(Path directory, Path configuration) {
        this.directory = directory;
        this.configuration = configuration;
    }

    /** A new one, in this directory. */
    public static SoftHsm create(Path directory) throws IOException, InterruptedException {
        Files.createDirectory(directory.resolve("tokens"));
        SoftHsm made = new SoftHsm(
                directory,
                Files.writeString(
                        directory.resolve("softhsm2.conf"),
                        "directories.tokendir = " + directory.resolve("tokens") + "\nlog.level = ERROR\n"));
        made.run("softhsm2-util", "--init-token", "--free", "--label", "T", "--pin", PIN, "--so-pin", "567890");
        made.tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "ec", "--id", "01");
        made.tool("--keypairgen", "--key-type", "rsa:2048", "--label", "rsa", "--id", "02");
        return made;
    }

    public Path configuration() {
        return configuration;
    }

    /** Writes a chain of the token's key to {@code NAME.crt}, for {@code NAME.test}. */
    public void certify(CertificateAuthority issuer, String name, Path folder) throws Exception {
        PublicKey key = publicKey(name, name.equals("ec") ? "EC" : "RSA");
        Pem.write(
                folder.resolve(name + ".crt"),
                issuer.server(name + ".test")
                        .key(new KeyPair(key, issuer.issued().key()))
                        .issue()
                        .chainPem());
    }

    private PublicKey publicKey(String label, String algorithm) throws Exception {
        Path der = directory.resolve(label + ".der");
        tool("--read-object", "--type", "pubkey", "--label", label, "--output-file", der.toString());
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(Files.readAllBytes(der)));
    }

    /** Runs {@code pkcs11-tool}, logged in. */
    public void tool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("pkcs11-tool", "--module", MODULE.toString(), "--token-label", "T", "--login", "--pin", PIN));
        command.addAll(List.of(arguments));
        run(command.toArray(new String[0]));
    }

    private void run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(VARIABLE, configuration.toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + "\n" + output)
                .isZero();
    }
}
