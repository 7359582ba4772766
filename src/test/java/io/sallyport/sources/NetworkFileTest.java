package io.sallyport.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.value.Cidr;
import io.sallyport.tls.file.Findings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of networks in files: what published ones look like, and what is said of one that cannot be used. */
final class NetworkFileTest {
    private static final String RULE = "an address, or a network as 10.0.0.0/8 with no bit set behind its prefix";

    @TempDir
    private Path folder;

    private final Findings findings = new Findings();

    private NetworkSet read(String text) throws IOException {
        return NetworkFile.read(Files.writeString(folder.resolve("deny.txt"), text), "x.conf:3", findings);
    }

    private List<String> problems() {
        return findings.problems().stream().map(ConfigProblem::toString).toList();
    }

    /** Spamhaus writes comments with a semicolon, FireHOL with a number sign. */
    @Test
    void takesWhatPublishedListsHave() throws IOException {
        NetworkSet set = read("""
                ; Spamhaus DROP List
                1.10.16.0/20 ; SBL256894
                # firehol_level1

                  192.0.2.1  # one
                2001:db8::/32\r
                """);

        assertThat(problems()).isEmpty();
        assertThat(set.size()).isEqualTo(3);
        assertThat(set.contains(Cidr.parse("2001:db8::1").address())).isTrue();
    }

    @Test
    void anEmptyFileIsAnEmptyList() throws IOException {
        assertThat(read("").size()).isZero();
        assertThat(problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1/8",
                "10.0.0.0/33",
                "300.0.0.1",
                "10.0.0",
                "host.example",
                "10.0.0.0-10.0.0.9",
                "10.0.0.0/8/8",
                "::1/129",
                "fe80::1%eth0",
                "10.0.0.0/",
                "/8"
            })
    void aBadLineIsToldWithItsNumberAndNothingOfTheFileIsUsed(String line) throws IOException {
        NetworkSet set = read("192.0.2.1\n\n" + line + "\n");

        assertThat(set.size()).isZero();
        assertThat(problems()).hasSize(1).first().asString().contains("deny.txt:3", "\"" + line + "\"", RULE);
    }

    @Test
    void aFileOfAnotherKindIsToldOfInAFewLines() throws IOException {
        read("\u001b[31m<html>\n".repeat(1000));

        assertThat(problems()).hasSize(11);
        assertThat(problems().get(0)).contains("deny.txt:1", "\\x1b[31m<html>");
        assertThat(problems().get(10)).contains("990 more such lines");
    }

    @Test
    void aFileThatIsNotThereIsToldOf() {
        NetworkFile.read(folder.resolve("none.txt"), "x.conf:3", findings);

        assertThat(problems()).singleElement().asString().contains("x.conf:3", "none.txt", "no such file");
    }

    @Test
    void aLineWithoutEndIsBounded() throws IOException {
        read("1".repeat(1_000_000));

        assertThat(problems()).singleElement().asString().hasSizeLessThan(300);
    }
}
