package io.sallyport.tls;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import io.netty.handler.ssl.OpenSslPrivateKeyMethod;
import io.netty.util.internal.PlatformDependent;
import io.sallyport.config.TlsConfig.RsaSigning;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has RSA keys sign by Amazon's Corretto Crypto Provider, where that is at hand and faster than BoringSSL.
 *
 * <p>BoringSSL signs with RSA-2048 in 500 to 700 µs, the provider (AWS-LC) in 200 to 250. Nothing is loaded before there is an
 * RSA key; the measurement is made once. Safe for use by any thread, never on an event loop.
 */
public final class RsaAccelerator {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");

    private final Supplier<@Nullable Provider> loader;

    private boolean asked;
    private @Nullable Provider provider;
    private @Nullable Boolean faster;

    public RsaAccelerator() {
        this(RsaAccelerator::load);
    }

    /** @param loader asked once, when the first RSA key comes; null: BoringSSL signs */
    public RsaAccelerator(Supplier<@Nullable Provider> loader) {
        this.loader = loader;
    }

    /** What signs with {@code key} in handshakes; empty: BoringSSL. */
    synchronized Optional<OpenSslPrivateKeyMethod> signerFor(KeyMaterial key, RsaSigning wanted) {
        if (wanted == RsaSigning.BORINGSSL) {
            return Optional.empty();
        }
        Provider loaded = provider();
        if (loaded == null) {
            return Optional.empty();
        }
        try {
            CorrettoSigner signer = CorrettoSigner.of(loaded, key.key());
            return wanted == RsaSigning.CORRETTO || isFaster(key, signer) ? Optional.of(signer) : Optional.empty();
        } catch (GeneralSecurityException e) {
            LOG.atWarn().addKeyValue("key", key.name()).log("BoringSSL signs with this key: {}", e.toString());
            return Optional.empty();
        }
    }

    private boolean isFaster(KeyMaterial key, CorrettoSigner signer) {
        Boolean known = faster;
        if (known == null) {
            try {
                known = SigningRace.isFaster(key, signer);
            } catch (Exception e) {
                LOG.warn("BoringSSL signs with RSA keys: the other signer failed its trial: {}", e.toString());
                known = false;
            }
            LOG.info("RSA keys sign by {}", known ? "Amazon Corretto Crypto Provider" : "BoringSSL");
            faster = known;
        }
        return known;
    }

    private @Nullable Provider provider() {
        if (!asked) {
            asked = true;
            provider = loader.get();
        }
        return provider;
    }

    private static @Nullable Provider load() {
        // The jar holds the native library of this architecture alone.
        if (!PlatformDependent.normalizedArch().equals("x86_64")) {
            return null;
        }
        try {
            Throwable failure = AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError();
            if (failure == null) {
                return AmazonCorrettoCryptoProvider.INSTANCE;
            }
            LOG.info(
                    "BoringSSL signs with RSA keys: Amazon Corretto Crypto Provider cannot be loaded: {}",
                    failure.toString());
        } catch (LinkageError e) {
            LOG.info(
                    "BoringSSL signs with RSA keys: Amazon Corretto Crypto Provider cannot be loaded: {}",
                    e.toString());
        }
        return null;
    }
}
