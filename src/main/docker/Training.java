import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The run from which the JVM learns what to put into the cache: a proxy in front of a small service, handshakes of both
 * versions, resumed ones too, a reload, a scrape, and a clean stop.
 *
 * <p>{@code java -cp SALLYPORT.JAR Training.java FOLDER HANDSHAKES COMMAND... [-- CHECK...]}: COMMAND is what starts
 * Sallyport, CHECK asks it whether it is ready, FOLDER is empty and its own. After a minute there are no more handshakes.
 */
final class Training {
    private static final int ROUNDS = 20;
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Pattern ADDRESS =
            Pattern.compile("\"message\":\"(listening|admin)\".*\"address\":\"127\\.0\\.0\\.1:(\\d+)\"");

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int handshakes = Integer.parseInt(arguments[1]);
        certificate(folder);
        try (ServerSocket service = new ServerSocket(0, 64, InetAddress.getLoopbackAddress())) {
            Thread serving = new Thread(() -> serve(service));
            serving.setDaemon(true);
            serving.start();
            List<String> words = List.of(arguments).subList(2, arguments.length);
            int dashes = words.indexOf("--");
            List<String> command = new ArrayList<>(dashes < 0 ? words : words.subList(0, dashes));
            command.addAll(List.of("run", "-c", configuration(folder, service.getLocalPort()).toString()));
            Path log = folder.resolve("log");
            Process proxy = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                int port = port(proxy, log, "listening");
                int admin = port(proxy, log, "admin");
                long end = System.nanoTime() + LONGEST.toNanos();
                try (Traffic traffic = new Traffic(port)) {
                    // The first round always, however slow the machine: its classes are what the cache is for.
                    for (int i = 0; i < ROUNDS && (i == 0 || System.nanoTime() < end); i++) {
                        traffic.make(handshakes / ROUNDS);
                        for (String path : List.of("/metrics", "/status", "/readyz", "/livez")) {
                            ask("GET", admin, path, 200);
                        }
                    }
                }
                if (dashes >= 0) {
                    check(words.subList(dashes + 1, words.size()), admin);
                }
                ask("POST", admin, "/reload", 202);
                proxy.destroy();
                if (!proxy.waitFor(120, TimeUnit.SECONDS) || proxy.exitValue() != 0) {
                    throw new IllegalStateException("no clean end");
                }
            } catch (Exception e) {
                System.err.print(Files.readString(log));
                throw e;
            } finally {
                proxy.destroyForcibly().waitFor();
            }
        }
    }

    private static void certificate(Path folder) throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        "-genkeypair", "-alias", "tls", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "1",
                        "-dname", "CN=localhost", "-ext", "SAN=dns:localhost", "-storetype", "PKCS12",
                        "-storepass", "training", "-keystore", store.toString())
                .inheritIO()
                .start();
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException("keytool");
        }
        char[] password = "training".toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        pem(folder.resolve("tls.crt"), "CERTIFICATE", keys.getCertificate("tls").getEncoded());
        pem(folder.resolve("tls.key"), "PRIVATE KEY", keys.getKey("tls", password).getEncoded());
    }

    private static void pem(Path file, String kind, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    private static Path configuration(Path folder, int service) throws IOException {
        return Files.writeString(folder.resolve("sallyport.conf"), """
                sallyport {
                  listeners.https {
                    bind = "127.0.0.1:0"
                    backend = app
                    tls.certificates = [ { chain = tls.crt, key = tls.key } ]
                  }
                  backends.app.servers = [ "127.0.0.1:%d" ]
                  admin.bind = "127.0.0.1:0"
                }
                """.formatted(service));
    }

    private static int port(Process proxy, Path log, String what) throws Exception {
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120); System.nanoTime() < end; ) {
            Matcher line = ADDRESS.matcher(Files.readString(log));
            while (line.find()) {
                if (line.group(1).equals(what)) {
                    return Integer.parseInt(line.group(2));
                }
            }
            if (proxy.waitFor(20, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new IllegalStateException("not started");
    }

    private static void ask(String method, int port, String path, int expected) throws IOException {
        HttpURLConnection request = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        request.setRequestMethod(method);
        if (request.getResponseCode() != expected) {
            throw new IOException(path + ": " + request.getResponseCode());
        }
        request.getInputStream().readAllBytes();
    }

    private static void check(List<String> command, int admin) throws Exception {
        ProcessBuilder check = new ProcessBuilder(command).inheritIO();
        check.environment().put("SALLYPORT_ADMIN_BIND", "127.0.0.1:" + admin);
        if (check.start().waitFor() != 0) {
            throw new IllegalStateException("the health check fails");
        }
    }

    private static void serve(ServerSocket service) {
        while (true) {
            try (Socket socket = service.accept()) {
                socket.getInputStream().read(new byte[256]);
                OutputStream out = socket.getOutputStream();
                out.write("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                if (service.isClosed()) {
                    return;
                }
                throw new UncheckedIOException(e);
            }
        }
    }
}
