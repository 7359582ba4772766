package io.sallyport.server.generation;

import io.sallyport.backend.BackendServer;
import io.sallyport.backend.LookupResult;
import io.sallyport.backend.NameResolver;
import io.sallyport.backend.Via;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.WayOutConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.config.value.ProxyUrl;
import io.sallyport.forwardproxy.ForwardProxy;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.Password;
import io.sallyport.tls.file.SecretFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Loads the forward proxy of a backend: the password, and what its name means. */
final class ViaLoader {
    /** RFC 1929 section 2. */
    private static final int LONGEST = 255;

    private ViaLoader() {}

    /** The name to look up; none where there is no proxy, or its address is one already. */
    static Optional<String> name(BackendConfig backend) {
        ProxyUrl via = backend.wayOut().via();
        return via == null ? Optional.empty() : BackendServer.name(new NetworkAddress.Tcp(via.proxy()));
    }

    /**
     * Null where there is none, or a problem was found. Blocks.
     *
     * @param found what names mean
     */
    static @Nullable Via load(
            BackendConfig backend, NameResolver names, Map<String, LookupResult> found, Findings findings) {
        WayOutConfig config = backend.wayOut();
        ProxyUrl via = config.via();
        if (via == null) {
            return null;
        }
        ForwardProxy.@Nullable Login login = null;
        Path file = config.viaPasswordFile();
        if (via.user() != null && file != null) {
            String password = password(file, config, findings);
            if (password == null) {
                return null;
            }
            login = new ForwardProxy.Login(via.user(), password);
        }
        return new Via(
                new ForwardProxy(via.kind(), login),
                via.proxy(),
                names,
                name(backend).map(found::get).orElse(null));
    }

    private static @Nullable String password(Path file, WayOutConfig config, Findings findings) {
        Findings.About about = findings.about(config.place().text(), file);
        SecretFile.warn(file, about);
        try {
            String password = new String(
                    Password.read(new PasswordConfig.File(file), name -> null).chars());
            if (password.isEmpty()
                    || password.length() > LONGEST
                    || !password.chars().allMatch(each -> each >= ' ' && each <= '~')) {
                throw new MaterialException("no password for a proxy (expected: 1 to " + LONGEST
                        + " printable ASCII characters on one line)");
            }
            return password;
        } catch (MaterialException e) {
            about.problem(e);
            return null;
        }
    }
}
