package io.sallyport.server.generation;

import io.sallyport.admin.AdminToken;
import io.sallyport.config.AdminConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.value.HostPort;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.TokenFile;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who the admin listener of a configuration lets in. Reads files and names. */
final class AdminAccess {
    private AdminAccess() {}

    /** The token; null where there is none, or a problem was found. */
    static @Nullable AdminToken token(AdminConfig admin, Findings findings) {
        Path file = admin.tokenFile();
        return file == null
                ? null
                : TokenFile.read(file, admin.where(), findings)
                        .map(AdminToken::new)
                        .orElse(null);
    }

    /** A warning where anyone on the network is let in. */
    static Optional<ConfigProblem> exposure(AdminConfig admin) {
        HostPort bind = admin.bind();
        if (bind == null || admin.tokenFile() != null || isLoopback(bind.host())) {
            return Optional.empty();
        }
        return Optional.of(new ConfigProblem(
                admin.where(),
                "admin.bind",
                "\"" + bind + "\" without admin.token-file: whoever reaches it can read the status, and calls that"
                        + " change something are refused (expected: a loopback address, with metrics.bind for probes"
                        + " and Prometheus; or admin.token-file)"));
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return true; // Binding it will fail, with a message of its own.
        }
    }
}
