package io.sallyport.config;

import io.sallyport.config.tls.BackendTlsConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.config.tls.TrustAnchorConfig;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The files that a configuration names and that a reload reads again, beside those of its certificates. */
public final class ConfigFiles {
    private final Set<Path> files = new TreeSet<>();

    private ConfigFiles() {}

    /** All of them. */
    public static Set<Path> of(ProxyConfig config) {
        ConfigFiles result = new ConfigFiles();
        config.listeners().values().forEach(result::add);
        config.backends().values().forEach(result::add);
        if (config.admin().tokenFile() != null) {
            result.files.add(config.admin().tokenFile());
        }
        return result.files;
    }

    /** Those of one listener. */
    public static Set<Path> of(ListenerConfig listener) {
        ConfigFiles result = new ConfigFiles();
        result.add(listener);
        return result.files;
    }

    /** Those of one backend. */
    public static Set<Path> of(BackendConfig backend) {
        ConfigFiles result = new ConfigFiles();
        result.add(backend);
        return result.files;
    }

    /** Those of revocation lists, where fetched ones are kept, too; a folder stands for all that is in it. */
    public static Set<Path> revocationLists(ClientAuthConfig clientAuth) {
        Set<Path> lists = new TreeSet<>(clientAuth.crls());
        CrlFetchConfig fetched = clientAuth.fetchedCrls();
        fetched.urls().forEach(url -> lists.add(fetched.file(url)));
        if (fetched.distributionPoints()) {
            lists.add(fetched.points());
        }
        return lists;
    }

    private void add(ListenerConfig listener) {
        if (!listener.plain()) {
            add(listener.tls());
        }
        add(listener.sources());
        listener.routes().forEach(route -> {
            add(route.sources());
            add(route.tls());
        });
    }

    private void add(SourcesConfig sources) {
        if (sources.denyFile() != null) {
            files.add(sources.denyFile());
        }
    }

    private void add(BackendConfig backend) {
        if (backend.usesTls()) {
            add(backend.tls());
        }
        if (backend.wayOut().viaPasswordFile() != null) {
            files.add(backend.wayOut().viaPasswordFile());
        }
    }

    private void add(BackendTlsConfig tls) {
        tls.trustAnchors().forEach(this::add);
    }

    private void add(TlsConfig tls) {
        tls.clientAuth().trustAnchors().forEach(this::add);
        files.addAll(revocationLists(tls.clientAuth()));
        files.addAll(tls.ocspResponses());
        if (tls.session().ticketSecretFile() != null) {
            files.add(tls.session().ticketSecretFile());
        }
    }

    private void add(TrustAnchorConfig anchor) {
        if (anchor instanceof TrustAnchorConfig.PemFile pem) {
            files.add(pem.file());
        }
    }
}
