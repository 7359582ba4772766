package io.sallyport.server;

import io.netty.handler.ssl.OpenSsl;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.eventloop.NativeLibraries;
import io.sallyport.eventloop.Transport;
import io.sallyport.server.generation.StartException;
import io.sallyport.server.listen.TransportLimits;
import io.sallyport.tls.netty.NettyInternals;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The native libraries that a server needs. */
final class Natives {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");

    private Natives() {}

    /**
     * Loads them.
     *
     * @return what its event loops run on
     * @throws StartException with why one cannot be used, or does not serve what the configuration asks for
     */
    static Transport require(ProxyConfig config) throws StartException {
        Transport transport = Transport.of(config.transport());
        List<ConfigProblem> problems = TransportLimits.problems(config, transport);
        if (!problems.isEmpty()) {
            throw new StartException(problems);
        }
        if (!OpenSsl.isAvailable()) {
            throw new StartException(new ConfigProblem(
                    "",
                    "TLS library",
                    "BoringSSL cannot be loaded: " + NativeLibraries.problem(OpenSsl.unavailabilityCause())));
        }
        if (!String.valueOf(OpenSsl.versionString()).contains("BoringSSL")) {
            throw new StartException(
                    new ConfigProblem("", "TLS library", OpenSsl.versionString() + " was found (expected: BoringSSL)"));
        }
        for (NettyInternals.Member missing : NettyInternals.missing()) {
            LOG.warn("this Netty does not show {}: {}", missing, missing.consequence());
        }
        return transport;
    }
}
