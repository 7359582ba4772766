package io.sallyport.explain.probe;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server asks a client's certificate to be.
 *
 * @param keyTypes as BoringSSL names them: {@code RSA}, {@code EC}
 * @param authorities the names of the issuers that it takes, as RFC 2253 text; empty: it does not say
 */
public record CertificateAsk(List<String> keyTypes, List<String> authorities) {
    private static final int MOST = 64;

    public CertificateAsk {
        keyTypes = List.copyOf(keyTypes);
        authorities = authorities.stream().limit(MOST).toList();
    }

    /** Where a handler that is asked on another thread leaves it. */
    static final class Holder {
        private volatile @Nullable CertificateAsk ask;

        void set(CertificateAsk value) {
            ask = value;
        }

        @Nullable
        CertificateAsk get() {
            return ask;
        }
    }
}
