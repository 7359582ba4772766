package io.sallyport.tls.context;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import io.netty.handler.ssl.OpenSslPrivateKeyMethod;
import io.netty.util.internal.PlatformDependent;
import io.sallyport.config.tls.TlsConfig.RsaSigning;
import io.sallyport.tls.material.KeyMaterial;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has RSA keys sign by Amazon's Corretto Crypto Provider, where that is at hand and faster than BoringSSL.
 *
 * <p>It is faster where the processor multiplies large integers with AVX-512 IFMA, which its library (AWS-LC) uses and
 * BoringSSL does not: a signature with RSA-2048 takes 200 to 250 µs instead of 500 to 700. Without these instructions it is a
 * little slower. The processor decides and no trial, so that replicas on like machines do alike. Nothing is loaded before there
 * is an RSA key. Safe for use by any thread, never on an event loop.
 */
public final class RsaAccelerator {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");

    private final Supplier<@Nullable Provider> loader;

    private final BooleanSupplier faster;

    private boolean asked;
    private @Nullable Provider provider;

    public RsaAccelerator() {
        this(RsaAccelerator::load, () -> ProcessorFlags.ofThisMachine().contains("avx512ifma"));
    }

    /**
     * An accelerator.
     *
     * @param loader asked once, when the first RSA key comes; null: BoringSSL signs
     * @param faster whether what it loads is faster than BoringSSL on this processor
     */
    public RsaAccelerator(Supplier<@Nullable Provider> loader, BooleanSupplier faster) {
        this.loader = loader;
        this.faster = faster;
    }

    /** What signs with {@code key} in handshakes; empty: BoringSSL. */
    synchronized Optional<OpenSslPrivateKeyMethod> signerFor(KeyMaterial key, RsaSigning wanted) {
        if (wanted == RsaSigning.BORINGSSL || (wanted == RsaSigning.AUTO && !faster.getAsBoolean())) {
            return Optional.empty();
        }
        Provider loaded = provider();
        if (loaded == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(CorrettoSigner.of(loaded, key.key()));
        } catch (GeneralSecurityException e) {
            LOG.atWarn().addKeyValue("key", key.name()).log("BoringSSL signs with this key: {}", e.toString());
            return Optional.empty();
        }
    }

    private @Nullable Provider provider() {
        if (!asked) {
            asked = true;
            provider = loader.get();
            LOG.info("RSA keys sign by {}", provider == null ? "BoringSSL" : provider.getName());
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
