package io.sallyport.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.config.hocon.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {
    @TempDir
    Path directory;

    private Path file;
    private ConfigSource source;

    @BeforeEach
    void beginWithOneListener() throws IOException {
        file = directory.resolve("sallyport.conf");
        write("one");
        source = new FileSource(file);
    }

    @Test
    void anUnchangedFileIsNotParsedAgain() throws Exception {
        ProxyConfig first = source.load();

        assertThat(source.load()).isSameAs(first);
    }

    @Test
    void aChangeOfTheSameLengthAndTimeIsSeen() throws Exception {
        source.load();
        FileTime time = Files.getLastModifiedTime(file);
        write("two");
        Files.setLastModifiedTime(file, time);

        assertThat(source.load().listeners()).containsOnlyKeys("two");
    }

    @Test
    void aFileThatIncludesIsParsedEachTime() throws Exception {
        Path included = directory.resolve("more.conf");
        Files.writeString(file, Files.readString(file) + "\ninclude \"more.conf\"\n");
        assertThat(source.load().listeners()).containsOnlyKeys("one");

        Files.writeString(included, listener("two"));

        assertThat(source.load().listeners()).containsOnlyKeys("one", "two");
    }

    @Test
    void aFileThatIsGoneIsAProblemThoughItWasThereBefore() throws Exception {
        source.load();
        Files.delete(file);

        assertThatThrownBy(source::load).hasMessage(file + ": no such file (expected: a HOCON file)");
    }

    @Test
    void aBrokenFileIsAProblemEachTimeAndTheMendedOneIsRead() throws Exception {
        source.load();
        Files.writeString(file, "sallyport {");
        assertThatThrownBy(source::load).isInstanceOf(ConfigException.class);
        assertThatThrownBy(source::load).isInstanceOf(ConfigException.class);

        write("two");

        assertThat(source.load().listeners()).containsOnlyKeys("two");
    }

    private void write(String listener) throws IOException {
        Files.writeString(file, listener(listener) + "\nsallyport.backends.app.servers = [ \"127.0.0.1:9\" ]\n");
    }

    private static String listener(String name) {
        return "sallyport.listeners." + name + " { bind = \"127.0.0.1:0\", backend = app, tls.certificates = "
                + "[ { chain = \"c.pem\", key = \"k.pem\" } ] }";
    }
}
