package io.sallyport.tls.trust;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A client that was let in.
 *
 * @param path from the client's certificate to the trust anchor, both included; the certificate alone where its key is
 *     pinned or it is an anchor itself
 * @param decision the access rule that let it in
 */
public record VerifiedClient(ClientIdentity identity, List<X509Certificate> path, AccessRules.Decision decision) {

    public VerifiedClient {
        path = List.copyOf(path);
    }
}
