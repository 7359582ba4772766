package io.sallyport.testing;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Another proxy of the trade (haproxy, nginx) or a server to stand behind one (dovecot, slapd, Exim, Redis), on one port of loopback, with a configuration made for one test. */
public final class Daemon implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 5;

    private final Process process;
    private final InetSocketAddress address;

    private Daemon(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts haproxy.
     *
     * @param sections what follows the defaults; it is given the port to bind
     */
    public static Daemon haproxy(Path directory, IntFunction<String> sections) {
        return start(
                directory,
                "haproxy",
                port -> """
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 10s
                  timeout server 10s
                """ + sections.apply(port),
                file -> List.of("haproxy", "-db", "-q", "-f", file.toString()));
    }

    /**
     * Starts nginx.
     *
     * @param blocks what follows {@code events}; it is given the port to bind
     */
    public static Daemon nginx(Path directory, IntFunction<String> blocks) {
        String modules = Files.exists(Path.of("/usr/lib/nginx/modules/ngx_stream_module.so"))
                ? "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n"
                : "";
        return start(
                directory,
                "nginx",
                port -> modules + """
                        daemon off;
                        master_process off;
                        pid nginx.pid;
                        error_log stderr;
                        events {}
                        """ + blocks.apply(port),
                file -> List.of("nginx", "-p", directory.toString(), "-e", "stderr", "-c", file.toString()));
    }

    /**
     * Starts pebble, an authority that issues certificates by ACME to whoever proves a name at one of two ports. A third of the
     * good nonces is refused, as by an authority behind a load balancer.
     *
     * @param certificate what it shows itself
     * @param tlsPort where it looks by tls-alpn-01
     * @param httpPort where it looks by http-01
     * @param dns who knows the names that are to be proved
     * @param settings more of its configuration, as JSON, each with a comma in front
     */
    public static Daemon pebble(
            Path directory, PemFiles certificate, int tlsPort, int httpPort, InetSocketAddress dns, String settings) {
        return start(
                directory,
                "pebble",
                port -> """
                        {"pebble": {"listenAddress": "127.0.0.1:%d", "managementListenAddress": "",
                         "certificate": "%s", "privateKey": "%s", "httpPort": %d, "tlsPort": %d,
                         "ocspResponderURL": ""%s}}
                        """.formatted(port, certificate.chain(), certificate.key(), httpPort, tlsPort, settings),
                file -> List.of(
                        "env",
                        "PEBBLE_VA_NOSLEEP=1",
                        "PEBBLE_VA_ALWAYS_VALID=0",
                        "PEBBLE_WFE_NONCEREJECT=33",
                        "PEBBLE_AUTHZREUSE=0",
                        "pebble",
                        "-config",
                        file.toString(),
                        "-dnsserver",
                        dns.getAddress().getHostAddress() + ":" + dns.getPort()));
    }

    /**
     * Starts Dovecot, for one protocol and anybody with the password {@code secret}.
     *
     * @param protocol {@code imap} or {@code pop3}
     * @param tls what it says of TLS
     */
    public static Daemon dovecot(Path directory, String protocol, String tls) {
        // Its processes have users of their own.
        openToUsers(directory);
        boolean isRoot = isRoot();
        String home = directory.resolve("home-" + protocol).toString();
        return start(
                directory,
                "dovecot-" + protocol,
                port -> """
                protocols = %1$s
                base_dir = %2$s/run-%1$s
                listen = 127.0.0.1
                disable_plaintext_auth = no
                log_path = /dev/stderr
                service %1$s-login {
                  chroot =
                  inet_listener %1$s {
                    port = %3$d
                  }
                  inet_listener %1$ss {
                    port = 0
                  }
                }
                passdb {
                  driver = static
                  args = password=secret
                }
                userdb {
                  driver = static
                  args = uid=%4$s gid=%5$s home=/tmp
                }
                mail_location = maildir:%6$s
                """.formatted(
                                        protocol,
                                        directory,
                                        port,
                                        isRoot ? "nobody" : System.getProperty("user.name"),
                                        isRoot ? "nogroup" : System.getProperty("user.name"),
                                        home)
                        + tls,
                file -> {
                    File mail = Path.of(home).toFile();
                    mail.mkdir();
                    mail.setWritable(true, false);
                    return List.of("dovecot", "-F", "-c", file.toString());
                });
    }

    /**
     * Starts slapd, with nothing in it but its root.
     *
     * @param tls what it says of TLS
     */
    public static Daemon slapd(Path directory, String tls) {
        return start(
                directory,
                "slapd",
                port -> "pidfile " + directory + "/slapd.pid\nargsfile " + directory + "/slapd." + port + "\n"
                        + "include /etc/ldap/schema/core.schema\n" + tls,
                file -> List.of("slapd", "-d", "stats", "-h", "ldap://127.0.0.1:" + port(file), "-f", file.toString()));
    }

    /**
     * Starts Exim, which takes every mail and puts it into {@code exim/mail}.
     *
     * @param tls what it says of TLS
     */
    public static Daemon exim(Path directory, String tls) {
        // Its processes have a user of their own.
        openToUsers(directory);
        File own = directory.resolve("exim").toFile();
        own.mkdir();
        own.setWritable(true, false);
        String user = isRoot() ? "Debian-exim" : System.getProperty("user.name");
        return start(
                directory,
                "exim4",
                port -> """
                primary_hostname = mail.example
                local_interfaces = 127.0.0.1
                daemon_smtp_ports = %1$d
                spool_directory = %2$s/spool
                log_file_path = %2$s/%%slog
                exim_user = %3$s
                exim_group = %3$s
                keep_environment =
                host_lookup =
                rfc1413_query_timeout = 0s
                acl_smtp_rcpt = accept
                %4$s
                begin routers
                all:
                  driver = accept
                  transport = file
                begin transports
                file:
                  driver = appendfile
                  file = %2$s/mail
                  create_file = anywhere
                  mode = 0644
                  user = %3$s
                  group = %3$s
                """.formatted(port, own, user, tls),
                file -> List.of("exim4", "-C", file.toString(), "-bdf", "-oP", own + "/pid"));
    }

    /**
     * Starts squid, which lets a user through to everywhere but {@code forbidden.test}, and knows {@code db.proxy.test} as
     * loopback.
     *
     * @param users a file as htpasswd writes it
     */
    public static Daemon squid(Path directory, Path users) {
        openToUsers(directory);
        Path hosts = write(directory.resolve("hosts"), "127.0.0.1 db.proxy.test\n");
        return start(
                directory,
                "squid",
                port -> """
                http_port 127.0.0.1:%d
                pid_filename none
                pinger_enable off
                cache_log /dev/null
                access_log none
                cache deny all
                netdb_filename none
                hosts_file %s
                coredump_dir none
                shutdown_lifetime 0 seconds
                auth_param basic program /usr/lib/squid/basic_ncsa_auth %s
                auth_param basic children 1 startup=1 idle=1
                acl forbidden dstdomain forbidden.test
                acl known proxy_auth REQUIRED
                http_access deny forbidden
                http_access allow known
                http_access deny all
                """.formatted(port, hosts, users),
                file -> List.of("squid", "-N", "-f", file.toString()));
    }

    /** Starts Dante, a SOCKS proxy to everywhere but port 9. */
    public static Daemon dante(Path directory) {
        return start(
                directory,
                "danted",
                port -> (isRoot() ? "user.privileged: root\nuser.unprivileged: nobody\n" : "") + """
                logoutput: stderr
                internal: 127.0.0.1 port = %d
                external: 127.0.0.1
                clientmethod: none
                socksmethod: none
                client pass {
                  from: 127.0.0.0/8 to: 0.0.0.0/0
                }
                socks block {
                  from: 127.0.0.0/8 to: 0.0.0.0/0 port = 9
                }
                socks pass {
                  from: 127.0.0.0/8 to: 0.0.0.0/0
                  protocol: tcp
                }
                """.formatted(port),
                file -> List.of(
                        "danted",
                        "-f",
                        file.toString(),
                        "-p",
                        directory.resolve("danted.pid").toString()));
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static void openToUsers(Path directory) {
        directory.toFile().setExecutable(true, false);
        directory.toFile().setReadable(true, false);
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts Redis, which keeps nothing. */
    public static Daemon redis(Path directory, String name) {
        return start(
                directory,
                "redis-" + name,
                port -> "bind 127.0.0.1\nport " + port + "\nsave \"\"\nappendonly no\ndir " + directory
                        + "\ndbfilename " + name + ".rdb\n",
                file -> List.of("redis-server", file.toString()));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String port(Path slapdConfiguration) {
        return read(slapdConfiguration).replaceAll("(?s).*slapd\\.(\\d+)\n.*", "$1");
    }

    public InetSocketAddress address() {
        return address;
    }

    /** Nobody can bind a port for a process of another language, so it may be taken in between. */
    private static Daemon start(
            Path directory, String name, IntFunction<String> configuration, Function<Path, List<String>> command) {
        Path output = directory.resolve(name + ".log");
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
                Path file =
                        Files.writeString(directory.resolve(name + ".conf"), configuration.apply(address.getPort()));
                Process process = new ProcessBuilder(command.apply(file))
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                await(name)
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> !process.isAlive() || isListening(address.getPort()));
                if (process.isAlive()) {
                    return new Daemon(process, address);
                }
            }
            throw new AssertionError(name + " does not start:\n" + Files.readString(output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A connection would already be one of the test's. */
    private static boolean isListening(int port) {
        try {
            return Files.readString(Path.of("/proc/net/tcp"))
                    .contains("0100007F:%04X 00000000:0000 0A".formatted(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        // By a signal that it can pass on: some have processes of their own.
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().onExit().join();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
