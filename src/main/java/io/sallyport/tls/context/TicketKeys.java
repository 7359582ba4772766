package io.sallyport.tls.context;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.MaterialFile;
import io.sallyport.tls.file.SecretFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;

/**
 * Keys for session tickets, one for each epoch of {@code session.rotate}.
 *
 * <p>Derived from a secret, every process that knows it has the same keys without a word between them; random, they are
 * known to nobody and forgotten two epochs later.
 */
public final class TicketKeys {
    private static final int MIN_SECRET = 32;
    private static final int MAX_SECRET = 1 << 20;
    private static final String EXPECTED = "a ticket secret of at least " + MIN_SECRET + " bytes";

    private static final byte[] PURPOSE = "sallyport session ticket key".getBytes(StandardCharsets.US_ASCII);
    private static final int NAME = OpenSslSessionTicketKey.NAME_SIZE;
    private static final int HMAC = OpenSslSessionTicketKey.HMAC_KEY_SIZE;
    private static final int AES = OpenSslSessionTicketKey.AES_KEY_SIZE;

    private final LongFunction<byte[]> keyOfEpoch;
    private final Duration rotate;
    private final boolean takesNext;

    private TicketKeys(LongFunction<byte[]> keyOfEpoch, Duration rotate, boolean takesNext) {
        this.keyOfEpoch = keyOfEpoch;
        this.rotate = rotate;
        this.takesNext = takesNext;
    }

    /**
     * The keys of one moment.
     *
     * @param epoch whole rotations since 1970
     * @param keys the first encrypts, the others are taken too
     */
    public record Ring(long epoch, List<OpenSslSessionTicketKey> keys) {
        public Ring {
            keys = List.copyOf(keys);
        }
    }

    /** Random keys, for as long as this object lives. */
    public static TicketKeys random(Duration rotate) {
        return new TicketKeys(new RandomKeys(), rotate, false);
    }

    /** Keys that follow from {@code secret} and the time: HKDF with SHA-256 (RFC 5869), the epoch as its info. */
    public static TicketKeys derived(byte[] secret, Duration rotate) {
        byte[] copy = secret.clone();
        return new TicketKeys(epoch -> derive(copy, epoch), rotate, true);
    }

    /**
     * Keys derived from the content of a file. Blocks; empty, and a problem in {@code findings}, where it is no secret.
     *
     * @param where {@code file:line} of the configuration, for messages
     */
    public static Optional<TicketKeys> fromFile(Path file, Duration rotate, String where, Findings findings) {
        Findings.About about = findings.about(where, file);
        SecretFile.warn(file, about);
        try {
            byte[] secret = MaterialFile.read(file, MAX_SECRET, EXPECTED);
            if (secret.length < MIN_SECRET) {
                throw new MaterialException(secret.length + " bytes (expected: " + EXPECTED + ")");
            }
            return Optional.of(derived(secret, rotate));
        } catch (MaterialException e) {
            about.problem(e);
            return Optional.empty();
        }
    }

    /** The keys at {@code now}: this epoch's, the one before, and where clocks may differ the one after. */
    public Ring at(Instant now) {
        long epoch = epoch(now);
        List<OpenSslSessionTicketKey> keys = new ArrayList<>();
        keys.add(key(epoch));
        keys.add(key(epoch - 1));
        if (takesNext) {
            keys.add(key(epoch + 1));
        }
        return new Ring(epoch, keys);
    }

    /** Whole rotations since 1970. */
    public long epoch(Instant now) {
        return rotate.isZero() ? 0 : now.getEpochSecond() / Math.max(1, rotate.toSeconds());
    }

    /** When the epoch after that of {@code now} begins; {@link Instant#MAX}: never. */
    public Instant nextEpoch(Instant now) {
        return rotate.isZero()
                ? Instant.MAX
                : Instant.ofEpochSecond((epoch(now) + 1) * Math.max(1, rotate.toSeconds()));
    }

    /** Whether these are random keys for epochs of this length: a reload keeps those, so that sessions last. */
    public boolean isRandom(Duration epochs) {
        return !takesNext && rotate.equals(epochs);
    }

    private OpenSslSessionTicketKey key(long epoch) {
        byte[] key = keyOfEpoch.apply(epoch);
        return new OpenSslSessionTicketKey(
                Arrays.copyOf(key, NAME),
                Arrays.copyOfRange(key, NAME, NAME + HMAC),
                Arrays.copyOfRange(key, NAME + HMAC, NAME + HMAC + AES));
    }

    private static byte[] derive(byte[] secret, long epoch) {
        byte[] info = ByteBuffer.allocate(PURPOSE.length + Long.BYTES)
                .put(PURPOSE)
                .putLong(epoch)
                .array();
        HKDFBytesGenerator generator = new HKDFBytesGenerator(new SHA256Digest());
        generator.init(new HKDFParameters(secret, null, info));
        byte[] key = new byte[NAME + HMAC + AES];
        generator.generateBytes(key, 0, key.length);
        return key;
    }

    /** Remembers the keys of two epochs; those of others are gone for good. */
    private static final class RandomKeys implements LongFunction<byte[]> {
        private final SecureRandom random = new SecureRandom();
        private final TreeMap<Long, byte[]> keys = new TreeMap<>();

        @Override
        public synchronized byte[] apply(long epoch) {
            byte[] key = keys.computeIfAbsent(epoch, any -> {
                byte[] fresh = new byte[NAME + HMAC + AES];
                random.nextBytes(fresh);
                return fresh;
            });
            keys.headMap(keys.lastKey() - 1).clear();
            return key;
        }
    }
}
