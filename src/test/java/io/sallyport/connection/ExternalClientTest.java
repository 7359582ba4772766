package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SinkBackend;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands that people test a TLS port with. */
class ExternalClientTest {
    private static final int LENGTH = 3_000_000;
    private static final Payload PAYLOAD = new Payload(16);
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    @EachTlsVersion
    void opensslUploadsToTheLastByte(String version) throws Exception {
        try (SinkBackend backend = new SinkBackend();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Path file = Files.write(proxy.directory().resolve("upload"), PAYLOAD.bytes(LENGTH));
            // At the end of its input this client says close_notify and leaves.
            run(proxy, file, List.of("openssl", "s_client", "-quiet", "-no_ign_eof"), opensslOptions(proxy, version));

            assertThat(backend.await()).isEqualTo(new Received(LENGTH, PAYLOAD.sha256(LENGTH), Received.End.FIN));
            assertThat(proxy.awaitConnectionLine().text("tls_version")).isEqualTo(version);
        }
    }

    @EachTlsVersion
    void opensslDownloadsToTheLastByte(String version) throws Exception {
        try (FakeBackend backend = FakeBackend.source(PAYLOAD, LENGTH);
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Path nothing = Files.createFile(proxy.directory().resolve("nothing"));
            Path output = run(proxy, nothing, List.of("openssl", "s_client", "-quiet"), opensslOptions(proxy, version));

            assertThat(Files.readAllBytes(output)).isEqualTo(PAYLOAD.bytes(LENGTH));
        }
    }

    @EachTlsVersion
    void curlGetsBackWhatItPosts(String version) throws Exception {
        try (FakeBackend backend = FakeBackend.running(ExternalClientTest::echoPost);
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Path file = Files.write(proxy.directory().resolve("upload"), PAYLOAD.bytes(LENGTH));
            String number = version.substring("TLSv".length());
            Path output = run(
                    proxy,
                    file,
                    List.of("curl", "--silent", "--show-error", "--fail", "--max-time", "20", "--data-binary", "@-"),
                    List.of(
                            "--tlsv" + number,
                            "--tls-max",
                            number,
                            "--cacert",
                            authority(proxy).toString(),
                            "https://127.0.0.1:" + proxy.address().getPort() + "/"));

            assertThat(Files.readAllBytes(output)).isEqualTo(PAYLOAD.bytes(LENGTH));
        }
    }

    private static List<String> opensslOptions(RunningProxy proxy, String version) {
        return List.of(
                "-connect",
                "127.0.0.1:" + proxy.address().getPort(),
                version.equals("TLSv1.2") ? "-tls1_2" : "-tls1_3",
                "-verify_return_error",
                "-CAfile",
                authority(proxy).toString());
    }

    private static Path authority(RunningProxy proxy) {
        return proxy.authority().writePem(proxy.directory(), "root");
    }

    /** Runs a command to its end, which must be a good one; returns the file with what it printed. */
    private static Path run(RunningProxy proxy, Path input, List<String> command, List<String> options)
            throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(options);
        Path output = proxy.directory().resolve("output");
        Path errors = proxy.directory().resolve("errors");
        Process process = new ProcessBuilder(whole)
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
            assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        } finally {
            process.destroyForcibly().waitFor();
        }
        return output;
    }

    /** Answers one POST with its own body. */
    private static void echoPost(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        OutputStream out = socket.getOutputStream();
        if (head.indexOf("100-continue") >= 0) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        Matcher length = CONTENT_LENGTH.matcher(head);
        assertThat(length.find()).isTrue();
        byte[] body = in.readNBytes(Integer.parseInt(length.group(1)));
        out.write(
                ("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        FakeBackend.drain(socket);
    }
}
