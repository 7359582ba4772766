package io.sallyport.tls.source;

import io.sallyport.tls.file.FileHash;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.MaterialFile;
import io.sallyport.tls.file.PemBlock;
import io.sallyport.tls.source.FolderScan.Stat;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What is in files, read again only where the file system says that it may be something else: a folder is looked at every few
 * seconds, and may hold thousands. One thread at a time.
 */
final class FileContents {
    /** A chain with all its intermediates is below 64 KiB. */
    private static final int LIMIT = 1 << 20;

    /** The clocks of file systems tick, so a second write within a tick leaves the times as they are. */
    private static final Duration TICK = Duration.ofSeconds(2);

    private Map<Path, Known> known = new HashMap<>();
    private int reads;

    /**
     * What is in all of them.
     *
     * @param byFile in the order of the files; one that has not changed is the same object as the last time
     * @param otherKinds whether there were other files the last time, or others of them held certificates and keys
     */
    record Contents(Map<Path, Content> byFile, boolean otherKinds) {}

    /**
     * What is in one.
     *
     * @param hash of all of it
     * @param certificate whether it has a PEM block that is called a certificate
     * @param key whether it has one that is called a private key
     */
    record Content(String hash, boolean certificate, boolean key) {
        boolean isOfTheKindOf(Content other) {
            return certificate == other.certificate && key == other.key;
        }

        boolean isPem() {
            return certificate || key;
        }
    }

    /** @param lasting whether a later write would show */
    private record Known(Stat stat, Content content, boolean lasting) {}

    /** Of these files, and remembers no other. Blocks. */
    Contents of(Map<Path, Stat> files) {
        Instant now = Instant.now();
        Map<Path, Known> next = new HashMap<>();
        boolean otherKinds = known.size() != files.size();
        Map<Path, Content> contents = new LinkedHashMap<>();
        for (Map.Entry<Path, Stat> entry : files.entrySet()) {
            Path file = entry.getKey();
            Stat stat = entry.getValue();
            Known before = known.get(file);
            boolean same = before != null && before.lasting && before.stat.equals(stat);
            boolean lasting = stat.changed().toInstant().plus(TICK).isBefore(now);
            Known each = same ? Objects.requireNonNull(before) : new Known(stat, read(file, stat), lasting);
            otherKinds |= before == null || !before.content.isOfTheKindOf(each.content);
            next.put(file, each);
            contents.put(file, each.content);
        }
        known = next;
        return new Contents(contents, otherKinds);
    }

    /** How many contents were read so far. */
    int reads() {
        return reads;
    }

    private Content read(Path file, Stat stat) {
        reads++;
        try {
            byte[] bytes = MaterialFile.read(file, LIMIT, "PEM");
            Set<String> labels = PemBlock.labels(bytes);
            return new Content(
                    FileHash.of(bytes),
                    labels.stream().anyMatch(PemBlock::isCertificate),
                    labels.stream().anyMatch(PemBlock::isPrivateKey));
        } catch (MaterialException e) {
            // Whoever needs it tells why.
            return new Content(FileHash.ofText(stat + " " + e.getMessage()), false, false);
        }
    }
}
