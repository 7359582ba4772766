package io.sallyport.acme;

import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpClient;
import javax.net.ssl.SSLContext;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.provider.AbstractAcmeProvider;

/** An authority by the URL of its directory, believed by our own trust anchors and no others. */
final class TrustedProvider extends AbstractAcmeProvider {
    private final URI directory;
    private final SSLContext trust;

    /** @param directory an https URL */
    TrustedProvider(URI directory, SSLContext trust) {
        this.directory = directory;
        this.trust = trust;
    }

    /**
     * The https URL of a directory, which is known by name or is one already.
     *
     * @throws IllegalArgumentException where no authority is known by that name
     */
    static URI known(URI directory) {
        try {
            return directory.getScheme().equals("acme")
                    ? new Session(directory).provider().resolve(directory).toURI()
                    : directory;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(directory.toString(), e);
        }
    }

    @Override
    public boolean accepts(URI uri) {
        return directory.equals(uri);
    }

    @Override
    public URL resolve(URI uri) {
        try {
            return uri.toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(uri.toString(), e);
        }
    }

    @Override
    public HttpClient createHttpClient(NetworkSettings settings) {
        return HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.getTimeout())
                .proxy(settings.getProxySelector())
                .sslContext(trust)
                .build();
    }
}
