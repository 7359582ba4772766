package io.sallyport.server.reload;

import io.sallyport.config.ConfigFiles;
import io.sallyport.config.ProxyConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A configuration with everything that it names, by value: what two of them have in common needs no reload.
 *
 * @param files SHA-256 of the content of each file, in hex; one that cannot be read counts as such
 */
public record Content(ProxyConfig config, Map<Path, String> files) {

    public Content {
        files = Collections.unmodifiableMap(new TreeMap<>(files));
    }

    /** Reads all files. */
    public static Content of(ProxyConfig config) {
        Map<Path, String> files = new TreeMap<>();
        for (Path file : ConfigFiles.of(config)) {
            files.put(file, HexFormat.of().formatHex(hash(file)));
        }
        return new Content(config, files);
    }

    /** One value for the content of some of the files. */
    public String hashOf(Collection<Path> some) {
        StringBuilder all = new StringBuilder();
        for (Path file : new TreeSet<>(some)) {
            all.append(file).append(' ').append(files.get(file)).append('\n');
        }
        return HexFormat.of().formatHex(sha256().digest(all.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] hash(Path file) {
        MessageDigest digest = sha256();
        // A pipe without a writer would hang the start, and a device would never end.
        if (!Files.isRegularFile(file)) {
            return digest.digest(String.valueOf(Files.exists(file)).getBytes(StandardCharsets.UTF_8));
        }
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            return digest.digest();
        } catch (IOException e) {
            return sha256().digest(e.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
