package io.sallyport.acme;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.tls.context.ChallengeAnswers;
import io.sallyport.tls.file.FileHash;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.source.AcmeStorage;
import io.sallyport.tls.source.KeyMaterialLoader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers for the challenges that lie in a storage, whichever process has put them there: behind a load balancer the authority
 * may come to any of them.
 */
final class ChallengeFiles {
    /** How soon a challenge or a certificate of another process is seen, and the wish of a person. */
    static final Duration LOOK = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger("sallyport.acme");

    private final AcmeStorage storage;
    private final ChallengeAnswers answers;
    private final Map<Path, String> answered = new HashMap<>();
    private final Set<Path> tokens = new HashSet<>();

    ChallengeFiles(AcmeStorage storage, ChallengeAnswers answers) {
        this.storage = storage;
        this.answers = answers;
    }

    /** Answers for what is there now, and for nothing else any more. */
    void look() throws IOException {
        lookAtTokens();
        List<Path> found = storage.challenges();
        gone(answered.keySet(), found).forEach(this::forget);
        for (Path file : found) {
            String hash = FileHash.of(file);
            if (!hash.equals(answered.get(file))) {
                answer(file, hash);
            }
        }
    }

    private void lookAtTokens() throws IOException {
        List<Path> found = storage.tokens();
        gone(tokens, found).forEach(this::forgetToken);
        for (Path file : found) {
            // A token is written once and has one answer.
            if (tokens.add(file)) {
                answers.addToken(AcmeStorage.tokenOf(file), Files.readString(file, StandardCharsets.US_ASCII));
            }
        }
    }

    private static Set<Path> gone(Set<Path> known, List<Path> found) {
        Set<Path> gone = new HashSet<>(known);
        found.forEach(gone::remove);
        return gone;
    }

    private void forgetToken(Path file) {
        answers.removeToken(AcmeStorage.tokenOf(file));
        tokens.remove(file);
    }

    /** Takes all of them away; whoever does has the lock. */
    void clear() throws IOException {
        delete(storage.challenges());
        delete(storage.tokens());
        look();
    }

    private static void delete(List<Path> files) throws IOException {
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    /** Answers for none any more, and leaves the files to others. */
    void close() {
        Set.copyOf(answered.keySet()).forEach(this::forget);
        Set.copyOf(tokens).forEach(this::forgetToken);
    }

    private void answer(Path file, String hash) {
        Findings findings = new Findings();
        Optional<KeyMaterial> key = new KeyMaterialLoader(variable -> null, Instant.now())
                .load(new CertificateConfig.Pem(file, file, new PasswordConfig.None(), ""), findings);
        if (key.isEmpty()) {
            LOG.atDebug().addKeyValue("file", file.toString()).log("no challenge: {}", findings.problems());
            return;
        }
        try {
            answers.add(AcmeStorage.serverName(file), key.get());
            answered.put(file, hash);
        } catch (SSLException e) {
            LOG.atWarn().addKeyValue("file", file.toString()).log("BoringSSL refuses a challenge: {}", e.toString());
        }
    }

    private void forget(Path file) {
        answers.remove(AcmeStorage.serverName(file));
        answered.remove(file);
    }
}
