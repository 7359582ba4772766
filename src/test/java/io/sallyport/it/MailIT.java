package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Daemon;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and clients of mail and directories as people have them, with Sallyport in between. */
class MailIT {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"imap", "pop3"})
    void mailboxesAreReadByTlsAlone(String protocol) throws Exception {
        try (Daemon dovecot = Daemon.dovecot(folder, protocol, "ssl = no\n");
                RunningProxy proxy = RunningProxy.to(dovecot.address())
                        .with("listeners.https.starttls = " + protocol)
                        .start()) {
            proxy.authority().writePem(folder, "root");
            String url = protocol + "://127.0.0.1:" + proxy.address().getPort() + "/";

            assertThat(run("curl -sv --max-time 20 -u u:secret --ssl-reqd --cacert root.crt " + url))
                    .contains("Logged in");
            assertThat(run("curl -sv --max-time 20 -u u:secret " + url)).doesNotContain("Logged in");
        }
    }

    @ParameterizedTest
    @CsvSource({"imap, imaps", "pop3, pop3s"})
    void mailboxesOfAServerThatWantsStartTlsAreReadByClientsThatBeginWithTls(String protocol, String scheme)
            throws Exception {
        CertificateAuthority inside = CertificateAuthority.create("Inside");
        PemFiles files = inside.server("inside.example").issue().writePem(folder, "inside");
        String tls = "ssl = required\nssl_cert = <" + files.chain() + "\nssl_key = <" + files.key() + "\n";
        try (Daemon dovecot = Daemon.dovecot(folder, protocol, tls)) {
            RunningProxy.Builder builder = RunningProxy.to(dovecot.address());
            inside.writePem(builder.directory(), "inside-ca");
            try (RunningProxy proxy = builder.with("backends.app.tls { enabled = on, starttls = " + protocol
                            + ", server-name = inside.example, trust-anchors = [inside-ca.crt] }")
                    .start()) {
                proxy.authority().writePem(folder, "root");
                assertThat(run("curl -sv --max-time 20 -u u:secret --cacert root.crt " + scheme + "://127.0.0.1:"
                                + proxy.address().getPort() + "/"))
                        .contains("Logged in");
            }
        }
    }

    @Test
    void mailIsSentByTlsAlone() throws Exception {
        try (Daemon server = Daemon.exim(folder, "");
                RunningProxy proxy = RunningProxy.to(server.address())
                        .with("listeners.https.starttls = smtp", "backends.app.connect.timeout = 20s")
                        .start()) {
            proxy.authority().writePem(folder, "root");
            String swaks = "swaks --server 127.0.0.1 --port " + proxy.address().getPort()
                    + " --from a@example.com --to b@example.com --helo client.example --timeout 20 --body letter";

            assertThat(run(swaks)).contains("530 5.7.0 Must issue a STARTTLS command first");
            assertThat(run(swaks + " --tls --tls-ca-path root.crt --tls-verify"))
                    .contains("220 localhost ESMTP", "=== TLS started", "~> DATA")
                    .contains("<~  250 OK");
            await().until(() -> Files.readString(folder.resolve("exim/mail")).contains("letter"));
        }
    }

    @Test
    void mailGoesOnToAServerThatWantsStartTls() throws Exception {
        CertificateAuthority inside = CertificateAuthority.create("Inside");
        PemFiles files = ofGnuTls(inside);
        String tls =
                "tls_advertise_hosts = *\ntls_certificate = " + files.chain() + "\ntls_privatekey = " + files.key();
        try (Daemon server = Daemon.exim(folder, tls)) {
            RunningProxy.Builder builder = RunningProxy.to(server.address());
            inside.writePem(builder.directory(), "inside-ca");
            try (RunningProxy proxy = builder.with(
                            "listeners.plain { bind = \"127.0.0.1:0\", backend = app }",
                            "backends.app.connect.timeout = 20s",
                            "backends.app.tls { enabled = on, starttls = smtp, server-name = inside.example,"
                                    + " trust-anchors = [inside-ca.crt] }")
                    .start()) {
                assertThat(run("swaks --server 127.0.0.1 --port "
                                + proxy.address("plain").getPort()
                                + " --from a@example.com --to b@example.com --helo client.example --timeout 20"))
                        .contains("<-  220 ", " -> DATA")
                        .doesNotContain("<** ");
            }
        }
    }

    @Test
    void aDirectoryIsAskedByTlsAlone() throws Exception {
        try (Daemon slapd = Daemon.slapd(folder, "");
                RunningProxy proxy = RunningProxy.to(slapd.address())
                        .with("listeners.https.starttls = ldap")
                        .start()) {
            proxy.authority().writePem(folder, "root");
            String search = " -x -o nettimeout=20 -b  -s base -H ldap://127.0.0.1:"
                    + proxy.address().getPort() + " supportedLDAPVersion";

            assertThat(run("ldapsearch -ZZ" + search)).contains("supportedLDAPVersion: 3");
            assertThat(run("ldapsearch" + search)).contains("Confidentiality required (13)", "StartTLS comes first");
        }
    }

    @Test
    void aDirectoryThatWantsStartTlsIsAskedForIt() throws Exception {
        CertificateAuthority inside = CertificateAuthority.create("Inside");
        PemFiles files = ofGnuTls(inside);
        String tls =
                "TLSCertificateFile " + files.chain() + "\nTLSCertificateKeyFile " + files.key() + "\nsecurity tls=1\n";
        try (Daemon slapd = Daemon.slapd(folder, tls)) {
            RunningProxy.Builder builder = RunningProxy.to(slapd.address());
            inside.writePem(builder.directory(), "inside-ca");
            try (RunningProxy proxy = builder.with(
                            "listeners.plain { bind = \"127.0.0.1:0\", backend = app }",
                            "backends.app.tls { enabled = on, starttls = ldap, server-name = inside.example,"
                                    + " trust-anchors = [inside-ca.crt] }")
                    .start()) {
                assertThat(run("ldapsearch -x -o nettimeout=20 -b  -s base -H ldap://127.0.0.1:"
                                + proxy.address("plain").getPort() + " supportedLDAPVersion"))
                        .contains("supportedLDAPVersion: 3");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"postgresql, postgres", "smtp, smtp", "imap, imap", "pop3, pop3", "ldap, ldap"})
    void opensslAsksInEachProtocol(String protocol, String openssl) throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.starttls = " + protocol)
                        .start()) {
            proxy.authority().writePem(folder, "root");

            assertThat(run("openssl s_client -starttls " + openssl
                            + " -CAfile root.crt -verify_return_error -servername localhost -connect 127.0.0.1:"
                            + proxy.address().getPort()))
                    .contains("Verification: OK");
        }
    }

    /** GnuTLS wants more in the file of an EC key than the JDK writes. */
    private PemFiles ofGnuTls(CertificateAuthority inside) {
        PemFiles files =
                inside.server("inside.example").key(KeyKind.RSA_2048).issue().writePem(folder, "inside");
        // For servers with a user of their own.
        files.key().toFile().setReadable(true, false);
        return files;
    }

    /** Runs a command that is written as in a shell, without quotes; gives all that it prints. */
    private String run(String command) throws IOException, InterruptedException {
        ProcessBuilder program = new ProcessBuilder(List.of(command.split(" ", -1)))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        program.environment()
                .putAll(Map.of("LDAPTLS_CACERT", folder.resolve("root.crt").toString(), "LC_ALL", "C"));
        Process process = program.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
