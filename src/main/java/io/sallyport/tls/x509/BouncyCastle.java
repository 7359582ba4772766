package io.sallyport.tls.x509;

import java.security.Provider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * The provider for what the JDK does not read or check. Never registered, so that the JDK answers everywhere else; its
 * classes cost a start more than all the rest of the loading, so they are loaded at the first use.
 */
public final class BouncyCastle {
    static {
        // Without it a certificate with an empty issuer is refused as by the JDK.
        System.setProperty("org.bouncycastle.x509.allow_empty_issuer_cert", "true");
    }

    /** One for all: to make another takes so long that an event loop would stand still. */
    private static final BouncyCastle LOADED = new BouncyCastle(new BouncyCastleProvider());

    private final Provider provider;

    private BouncyCastle(Provider provider) {
        this.provider = provider;
    }

    public static Provider provider() {
        return LOADED.provider;
    }
}
