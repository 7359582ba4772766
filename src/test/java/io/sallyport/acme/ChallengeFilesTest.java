package io.sallyport.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.tls.context.ChallengeAnswers;
import io.sallyport.tls.context.LiveContexts;
import io.sallyport.tls.source.AcmeStorage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens in a storage, as every process on it answers them. */
final class ChallengeFilesTest {
    private final ChallengeAnswers answers = new ChallengeAnswers(new LiveContexts());
    private AcmeStorage storage;
    private ChallengeFiles files;

    @BeforeEach
    void create(@TempDir Path directory) throws Exception {
        storage = new AcmeStorage(directory.resolve("acme"));
        storage.create();
        files = new ChallengeFiles(storage, answers);
    }

    private void write(String token) throws Exception {
        storage.write(storage.token(token), (token + ".thumb").getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aTokenIsAnsweredWhileItsFileIsThereWhicheverProcessHasWrittenIt() throws Exception {
        ChallengeAnswers others = new ChallengeAnswers(new LiveContexts());
        ChallengeFiles other = new ChallengeFiles(storage, others);
        write("a-1_x");
        files.look();
        other.look();

        assertThat(answers.authorization("a-1_x")).contains("a-1_x.thumb");
        assertThat(others.authorization("a-1_x")).contains("a-1_x.thumb");
        assertThat(answers.authorization("a-1_")).isEmpty();
        assertThat(answers.authorization("../lock")).isEmpty();

        other.clear();
        files.look();

        assertThat(answers.authorization("a-1_x")).isEmpty();
        assertThat(others.authorization("a-1_x")).isEmpty();
        assertThat(storage.tokens()).isEmpty();
    }

    @Test
    void afterTheEndNothingIsAnsweredAndTheFilesAreLeftToOthers() throws Exception {
        write("b");
        files.look();
        files.close();

        assertThat(answers.authorization("b")).isEmpty();
        assertThat(storage.tokens()).hasSize(1);
    }
}
