package io.sallyport.tls.token;

import io.sallyport.metrics.TokenMeters;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.material.RemoteKey;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tokens that were asked for, each once: whatever is reloaded, a PIN that one has refused is not tried again. */
public final class Tokens implements AutoCloseable {
    private static final byte[] MESSAGE = {'s', 'a', 'l', 'l', 'y', 'p', 'o', 'r', 't'};
    private static final int ECDSA_SHA256 = 0x0403;
    private static final int RSA_SHA256 = 0x0401;
    private static final int RSA_PSS_SHA256 = 0x0804;

    /** Of a token that nobody needs for as long as that it would not be known that it is gone, or that it is back. */
    private static final Duration LOOK = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");

    private final Token.Loader loader;
    private final TokenMeters meters;
    private final Duration look;
    private final Map<TokenName, Known> tokens = new ConcurrentHashMap<>();
    private volatile Set<TokenName> followed = Set.of();
    private @Nullable ScheduledExecutorService looks;
    private boolean closed;

    private static final class Known {
        final Token token;
        final TokenHealth health;
        final SigningThreads threads;
        /** A key of it that has signed; null: none yet. */
        volatile @Nullable TokenKey proven;

        Known(TokenName name, Token.Loader loader, TokenMeters meters) {
            token = new Token(name, loader);
            health = new TokenHealth(name, meters);
            threads = new SigningThreads(name.toString(), health);
        }
    }

    /** Reads the PIN, anew for each login. */
    public interface Pin extends Token.Pin {}

    /** Those that nobody counts. */
    public Tokens() {
        this(TokenMeters.none());
    }

    /** Those of a server. */
    public Tokens(TokenMeters meters) {
        this(JdkCryptoki::load, meters, LOOK);
    }

    /** @param look a token that nobody has needed for so long is tried */
    Tokens(Token.Loader loader, TokenMeters meters, Duration look) {
        this.loader = new Modules(loader);
        this.meters = meters;
        this.look = look;
    }

    /** From now on these serve, and no others: they are counted, shown, and tried while nobody needs them. */
    public synchronized void follow(Set<TokenName> names) {
        followed = Set.copyOf(names);
        meters.follow(names.stream().map(TokenName::label).collect(Collectors.toSet()));
        if (looks == null && !names.isEmpty() && !closed) {
            looks = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "sallyport-token-look");
                thread.setDaemon(true);
                return thread;
            });
            looks.scheduleWithFixedDelay(this::look, look.toMillis(), look.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** How it stands about each token that serves; from any thread. */
    public List<TokenStatus> status() {
        return served().map(known -> known.health.status())
                .sorted(Comparator.comparing(TokenStatus::token).thenComparing(TokenStatus::module))
                .toList();
    }

    /** Tries no token any more; what is asked for is still signed. */
    @Override
    public synchronized void close() {
        closed = true;
        if (looks != null) {
            looks.shutdownNow();
        }
    }

    private Stream<Known> served() {
        return followed.stream().flatMap(name -> Stream.ofNullable(tokens.get(name)));
    }

    private void look() {
        Instant latest = Instant.now().minus(look);
        served().filter(known -> known.health.lastSignature().isBefore(latest)).forEach(known -> {
            try {
                @Nullable TokenKey key = known.proven;
                if (key != null) {
                    key.tryOut(scheme(key), MESSAGE);
                }
            } catch (RuntimeException | OutOfMemoryError e) {
                // No thread can be started, say. An executor would not look again.
                LOG.atWarn()
                        .addKeyValue("token", known.token.toString())
                        .log("the token is not tried: {}", e.toString());
            }
        });
    }

    private static int scheme(TokenKey key) {
        return key.getAlgorithm().equals("EC") ? ECDSA_SHA256 : RSA_SHA256;
    }

    /**
     * The private key of a certificate, which has proved to be that. Blocks, for seconds at the most.
     *
     * @param label of the key
     * @param certified the certificate's key, EC or RSA
     * @throws MaterialException when the token has no such key, does not sign with it, or it is another
     */
    public RemoteKey key(TokenName token, String label, Pin pin, PublicKey certified) throws MaterialException {
        Known known = tokens.computeIfAbsent(token, name -> new Known(name, loader, meters));
        boolean ec = certified instanceof ECKey;
        TokenKey key = new TokenKey(known.token, known.threads, pin, label, ec ? "EC" : "RSA");
        if (ec) {
            prove(key, ECDSA_SHA256, "SHA256withECDSA", null, certified);
        } else {
            prove(key, RSA_SHA256, "SHA256withRSA", null, certified);
            // TLS 1.3 has no other with RSA keys, and not every token can.
            prove(
                    key,
                    RSA_PSS_SHA256,
                    "RSASSA-PSS",
                    new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1),
                    certified);
        }
        known.proven = key;
        return key;
    }

    private static void prove(
            TokenKey key,
            int scheme,
            String algorithm,
            @Nullable AlgorithmParameterSpec parameters,
            PublicKey certified)
            throws MaterialException {
        byte[] signature = signature(key, scheme);
        try {
            Signature verifier = Signature.getInstance(algorithm);
            if (parameters != null) {
                verifier.setParameter(parameters);
            }
            verifier.initVerify(KeyFactory.getInstance(key.getAlgorithm())
                    .generatePublic(new X509EncodedKeySpec(certified.getEncoded())));
            verifier.update(MESSAGE);
            if (verifier.verify(signature)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            // What it made is no signature.
        }
        throw new MaterialException(
                "the private key is not the certificate's: " + key + " (expected: the key that it was issued for)");
    }

    private static byte[] signature(TokenKey key, int scheme) throws MaterialException {
        try {
            return key.sign(scheme, MESSAGE).join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String words = cause instanceof TokenException told
                    ? told.words()
                    : cause instanceof TimeoutException ? "the token does not answer" : cause.toString();
            throw new MaterialException(key + ": " + words);
        }
    }
}
