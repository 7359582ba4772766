package io.sallyport.testing;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.config.tls.TrustAnchorConfig;
import java.nio.file.Path;
import java.util.List;

/** Client-auth blocks that require a certificate and differ in their revocation lists. */
public final class ClientAuths {
    private ClientAuths() {}

    /** Lists in files. */
    public static ClientAuthConfig files(List<Path> crls, CrlPolicy policy, String where) {
        return block(List.of(), crls, CrlFetchConfig.NONE, policy, where);
    }

    /** Lists that are fetched. */
    public static ClientAuthConfig fetched(Path anchors, CrlFetchConfig fetched, CrlPolicy policy) {
        return block(List.of(new TrustAnchorConfig.PemFile(anchors)), List.of(), fetched, policy, "x.conf:1");
    }

    private static ClientAuthConfig block(
            List<TrustAnchorConfig> anchors, List<Path> crls, CrlFetchConfig fetched, CrlPolicy policy, String where) {
        return new ClientAuthConfig(
                Mode.REQUIRE, anchors, crls, fetched, policy, 4, true, List.of(), List.of(), new Place(where));
    }
}
