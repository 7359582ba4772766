package io.sallyport.quickstart;

import io.netty.util.NetUtil;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The configuration of a quickstart. Everything listens on loopback: its key protects nothing.
 *
 * @param port of the listener; 0 means any
 * @param adminPort of the admin listener; 0 means any
 * @param backend where the listener's connections go
 * @param certificate the listener's
 */
public record QuickstartConfig(int port, int adminPort, InetSocketAddress backend, ThrowawayCertificate certificate) {
    /** The name of its listener. */
    public static final String LISTENER = "https";

    /**
     * Writes the certificate and its key into {@code directory}, and makes the configuration that reads them there.
     *
     * @throws ConfigException when a port is out of range
     */
    public ProxyConfig writeTo(Path directory) throws IOException, ConfigException {
        Files.writeString(directory.resolve("tls.crt"), certificate.chain());
        // For its owner alone, where the file system knows owners: the first line of a trial is no warning about our
        // own key.
        Path key = Files.createTempFile(directory, "tls", ".key");
        Files.writeString(key, certificate.key());
        Files.move(key, directory.resolve("tls.key"));
        return ConfigLoader.load(text(), "quickstart", directory);
    }

    private String text() {
        return """
            sallyport {
              listeners.%s {
                bind = "127.0.0.1:%d"
                backend = hello
                tls.certificates = [{ chain = "tls.crt", key = "tls.key" }]
              }
              backends.hello.servers = ["%s"]
              admin.bind = "127.0.0.1:%d"
              log.format = text
            }
            """.formatted(LISTENER, port, NetUtil.toSocketAddressString(backend), adminPort);
    }
}
