package io.sallyport.explain.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.explain.Asked;
import io.sallyport.explain.OpensslServer;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report looks like, whatever the server sends. */
class TextReportTest {
    @TempDir
    private Path directory;

    @Test
    void coloursChangeNothingElse() {
        CertificateAuthority root = CertificateAuthority.create("Test Root");
        try (OpensslServer server = OpensslServer.start(
                directory, root.server("localhost").expired().issue())) {
            Explanation explanation =
                    Asked.of(server.address()).trusting(root.certificate()).explain();
            Instant now = Instant.now();

            String coloured = TextReport.write(explanation, now, Ink.COLOURED);

            assertThat(coloured).contains("\u001b[31m", "\u001b[1mhandshake\u001b[0m");
            assertThat(coloured.replaceAll("\u001b\\[\\d+m", ""))
                    .isEqualTo(TextReport.write(explanation, now, Ink.PLAIN));
        }
    }

    @Test
    void aHostileCertificateStaysWithinItsLines() {
        String name = "x".repeat(200) + "\u009b2J\u202e\u0007";
        IssuedCertificate hostile = CertificateAuthority.selfSigned(name)
                .server()
                .dns("localhost", "a".repeat(60) + "." + "b".repeat(60) + ".example")
                .issue();
        try (OpensslServer server = OpensslServer.start(directory, hostile)) {
            Explanation explanation = Asked.of(server.address()).explain();

            assertThat(TextReport.write(explanation, Instant.now(), Ink.PLAIN).lines())
                    .anyMatch(line -> line.contains("xxxx"))
                    .allMatch(line -> line.length() <= Page.WIDTH)
                    .allMatch(line -> line.chars().noneMatch(Character::isISOControl))
                    .noneMatch(line -> line.contains("\u202e"));
        }
    }

    @Test
    void wordsAreBrokenAtSpaces() {
        assertThat(Page.wrapped("one two three", 7)).containsExactly("one two", "three");
        assertThat(Page.wrapped("abcdefghij k", 4)).containsExactly("abcd", "efgh", "ij k");
        assertThat(Page.wrapped("", 4)).containsExactly("");
    }
}
