package io.sallyport.explain.probe;

import io.sallyport.handshake.iana.TlsVersions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a hand-made ClientHello offers.
 *
 * @param version the one version on offer, see {@link TlsVersions}
 * @param suites in order
 * @param groups in order; in TLS 1.3 without a key share for any of them: the server answers with a HelloRetryRequest, which
 *     names its choice and costs no cryptography (RFC 8446 section 4.2.8)
 * @param serverName null: none
 */
public record HelloOffer(
        int version,
        List<Integer> suites,
        List<Integer> groups,
        @Nullable String serverName) {

    public HelloOffer {
        suites = List.copyOf(suites);
        groups = List.copyOf(groups);
    }

    boolean isTls13() {
        return version == TlsVersions.TLS_1_3;
    }
}
