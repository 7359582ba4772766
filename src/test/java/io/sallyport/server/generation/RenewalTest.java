package io.sallyport.server.generation;

import static io.sallyport.server.generation.GenerationsUnderTest.listener;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.OpenSsl;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.SecretFiles;
import io.sallyport.tls.context.TlsContext;
import io.sallyport.tls.context.TlsContexts;
import io.sallyport.tls.material.KeyMaterial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a renewed key replaces, and what goes on to serve as the same object; without sockets. */
final class RenewalTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final String A = "{ chain = a.crt, key = a.key }";
    private static final String B = "{ chain = b.crt, key = b.key }";
    private static final String TWO_LISTENERS =
            listener("https", "tls.certificates = [" + A + "]") + listener("other", "tls.certificates = [" + B + "]");

    @TempDir
    private Path directory;

    private GenerationsUnderTest generations;

    @BeforeAll
    static void nativeLibraryComesFirst() {
        assertThat(OpenSsl.isAvailable()).isTrue();
    }

    @BeforeEach
    void writeMaterial() {
        generations = new GenerationsUnderTest(directory);
        renew("a");
        renew("b");
        CLIENTS.writePem(directory, "clients");
        CLIENTS.revocations().writePem(directory.resolve("clients.crl"));
    }

    @AfterEach
    void everythingNativeIsGivenBack() {
        generations.close();
    }

    @Test
    void aRenewedCertificateReplacesItsListenerAlone() throws Exception {
        Serving before = generations.commit(generations.load(TWO_LISTENERS), NOON);
        renew("a");

        Staged staged = generations.loadChanges(TWO_LISTENERS);
        Serving after = generations.commit(staged, NOON);

        assertThat(staged.contextsBuilt()).isEqualTo(1);
        assertThat(after.changedSince(before)).containsExactly("https");
        assertThat(settings(after, "other")).isSameAs(settings(before, "other"));
        assertThat(context(after, "https", "a.test")).isNotSameAs(context(before, "https", "a.test"));
        assertThat(after.backends().get("app")).isSameAs(before.backends().get("app"));
        assertThat(after.tickets().rings().get("https"))
                .isSameAs(before.tickets().rings().get("https"));
        assertThat(generations.contexts()).isEqualTo(2);
    }

    @Test
    void ofSeveralCertificatesOfAListenerTheRenewedOneIsBuiltAlone() throws Exception {
        String config = listener("https", "tls.certificates = [" + A + ", " + B + "]");
        Serving before = generations.commit(generations.load(config), NOON);
        TlsContext a = context(before, "https", "a.test");
        TlsContext b = context(before, "https", "b.test");
        renew("b");

        Staged staged = generations.loadChanges(config);
        Serving after = generations.commit(staged, NOON);

        assertThat(staged.contextsBuilt()).isEqualTo(1);
        assertThat(context(after, "https", "a.test")).isSameAs(a);
        assertThat(context(after, "https", "b.test")).isNotSameAs(b);
        assertThat(key(after, "a.test")).isSameAs(key(before, "a.test"));
        assertThat(key(after, "b.test")).isNotSameAs(key(before, "b.test"));
    }

    @Test
    void aReloadOfEverythingBuildsOnlyWhatIsNotTheSame() throws Exception {
        generations.commit(generations.load(TWO_LISTENERS), NOON);

        Staged same = generations.load(TWO_LISTENERS + "log.level = warn\n");
        assertThat(same.contextsBuilt()).isZero();
        generations.commit(same, NOON);

        renew("a");
        Staged renewed = generations.load(TWO_LISTENERS + "log.level = info\n");
        assertThat(renewed.contextsBuilt()).isEqualTo(1);
        renewed.release();
        assertThat(generations.contexts()).isEqualTo(2);
    }

    @Test
    void routesWithTheSameCertificateShareAContext() throws Exception {
        String tls = "tls.certificates = [" + A + "]";
        Staged staged = generations.load(listener(
                "https",
                tls + ", routes = [{ server-names = [a.test], backend = app, " + tls + " }, { server-names = [b.test],"
                        + " backend = app, " + tls + ", tls.alpn = [h2] }]"));

        assertThat(staged.contextsBuilt()).isEqualTo(2);
        staged.release();
    }

    /** A context that serves must not go on with what is no longer asked for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "profile = modern",
                "alpn = [h2]",
                "client-auth.allow = [{ cn = ops }]",
                "client-auth.deny = [{ cn = ops }]",
                "client-auth.mode = request",
                "client-auth.trust-anchors = [clients.crt, a.crt]",
                "client-auth.crls = [clients.crl]",
                "client-auth.max-depth = 2",
                "client-auth.send-ca-names = off",
                "session.timeout = 2h",
                "session.tickets = off",
                "session.cache-size = 7",
                "rsa-signing = boringssl"
            })
    void aChangeOfWhatAContextDoesBuildsItAnew(String change) throws Exception {
        String tls =
                "tls.certificates = [" + A + "], tls.client-auth { mode = require, trust-anchors = [clients.crt] }";
        generations.commit(generations.load(listener("https", tls)), NOON);

        Staged staged = generations.load(listener("https", tls + ", tls." + change));

        assertThat(staged.contextsBuilt()).isEqualTo(1);
        staged.release();
    }

    @ParameterizedTest
    @ValueSource(strings = {"clients.crt", "clients.crl"})
    void whatJudgesClientsIsNewWhereItsFileIs(String file) throws Exception {
        String config = listener(
                        "https",
                        "tls.certificates = [" + A
                                + "], tls.client-auth { mode = require, trust-anchors = [clients.crt],"
                                + " crls = [clients.crl] }")
                + listener("other", "tls.certificates = [" + A + "]");
        Serving before = generations.commit(generations.load(config), NOON);
        Path path = directory.resolve(file);
        if (file.equals("clients.crt")) {
            Files.writeString(path, Files.readString(directory.resolve("b.crt")) + Files.readString(path));
        } else {
            CLIENTS.revocations()
                    .revoke(CLIENTS.client("gone").issue().chain().get(0))
                    .writePem(path);
        }

        Staged staged = generations.loadChanges(config);
        Serving after = generations.commit(staged, NOON);

        assertThat(staged.contextsBuilt()).isEqualTo(1);
        assertThat(context(after, "https", "a.test").clientTrust())
                .isNotEqualTo(context(before, "https", "a.test").clientTrust());
        assertThat(settings(after, "other")).isSameAs(settings(before, "other"));
    }

    @Test
    void aReplacedTicketSecretLeavesNoCachedSessionBehind() throws Exception {
        Path secret = directory.resolve("secret");
        String config = listener("https", "tls.certificates = [" + A + "], tls.session.ticket-secret-file = secret");
        SecretFiles.write(secret, "the first secret, of at least thirty-two bytes");
        generations.commit(generations.load(config), NOON);
        SecretFiles.write(secret, "the second secret, of at least thirty-two bytes");

        Staged staged = generations.loadChanges(config);

        assertThat(staged.contextsBuilt()).isEqualTo(1);
        staged.release();
    }

    @Test
    void aRenewedCertificateTowardsServersReplacesTheirPoolAndLeavesTheContextsOfListeners() throws Exception {
        String config = listener("https", "tls.certificates = [" + A + "]")
                + "backends.app.tls { enabled = true, trust-anchors = [clients.crt], certificates = [" + B + "] }\n"
                + "listeners.plain { bind = \"127.0.0.1:0\", backend = more }\n"
                + "backends.more { servers = [\"127.0.0.1:2\"], tls { enabled = true, trust-anchors = [clients.crt] } }\n";
        Serving before = generations.commit(generations.load(config), NOON);
        renew("b");

        Staged staged = generations.loadChanges(config);
        Serving after = generations.commit(staged, NOON);

        assertThat(staged.contextsBuilt()).isEqualTo(1);
        assertThat(after.changedSince(before)).containsExactly("https");
        assertThat(after.backends().get("app")).isNotSameAs(before.backends().get("app"));
        assertThat(after.backends().get("more")).isSameAs(before.backends().get("more"));
        assertThat(context(after, "https", "a.test")).isSameAs(context(before, "https", "a.test"));
        assertThat(settings(after, "plain")).isSameAs(settings(before, "plain"));
    }

    @Test
    void whatIsTakenOverKeepsItsExpiry() throws Exception {
        Serving before = generations.commit(generations.load(TWO_LISTENERS), NOON);
        renew("a");

        Serving after = generations.commit(generations.loadChanges(TWO_LISTENERS), NOON);

        assertThat(after.expiries().certificates())
                .hasSize(2)
                .contains(before.expiries().certificates().get(1))
                .doesNotContain(before.expiries().certificates().get(0));
    }

    /** A reload that is asked for checks everything; a look that found one renewed file does not repeat what is known. */
    @Test
    void aLookReadsNothingOfWhatIsTheSame() throws Exception {
        String config = listener("https", "tls.certificates = [" + A + "]")
                + listener(
                        "other",
                        "tls.certificates = [" + B
                                + "], tls.client-auth { mode = require, trust-anchors = [clients.crt],"
                                + " crls = [clients.crl] }");
        CLIENTS.revocations().expired().writePem(directory.resolve("clients.crl"));
        Staged first = generations.load(config);
        assertThat(first.warnings()).anyMatch(warning -> warning.contains("clients.crl"));
        generations.commit(first, NOON);
        renew("a");

        Staged changes = generations.loadChanges(config);
        assertThat(changes.warnings()).noneMatch(warning -> warning.contains("clients.crl"));
        assertThat(changes.expiries().revocationLists())
                .isEqualTo(first.expiries().revocationLists());
        changes.release();

        Staged everything = generations.load(config);
        assertThat(everything.warnings()).anyMatch(warning -> warning.contains("clients.crl"));
        everything.release();
    }

    @Test
    void aBrokenPairLeavesTheOldAndNothingBehind() throws Exception {
        generations.commit(generations.load(TWO_LISTENERS), NOON);
        renew("a");
        Files.writeString(directory.resolve("b.key"), "no key");

        assertThatThrownBy(() -> generations.loadChanges(TWO_LISTENERS))
                .isInstanceOfSatisfying(
                        StartException.class,
                        e -> assertThat(e.problems())
                                .singleElement()
                                .satisfies(problem -> assertThat(problem.path()).endsWith("b.key")));
        assertThat(generations.contexts()).isEqualTo(2);

        renew("b");
        Staged mended = generations.loadChanges(TWO_LISTENERS);
        assertThat(mended.contextsBuilt()).isEqualTo(2);
        mended.release();
    }

    /** Each end of a certificate is another second. */
    private void renew(String name) {
        Instant end = Instant.parse("2030-01-01T00:00:00Z").plusSeconds(serial++);
        ROOT.server(name + ".test").validity(NOON, end).issue().writePem(directory, name);
    }

    private int serial;

    private static ListenerSettings settings(Serving serving, String listener) {
        return Objects.requireNonNull(serving.listeners().get(listener));
    }

    /** As it was read. */
    private static KeyMaterial key(Serving serving, String serverName) {
        return serving.staged().keys().values().stream()
                .flatMap(loaded -> loaded.keys().stream())
                .filter(key -> key.serverNames().contains(serverName))
                .findFirst()
                .orElseThrow();
    }

    private static TlsContext context(Serving serving, String listener, String serverName) {
        List<TlsContexts> contexts = settings(serving, listener).routes().contexts();
        return Objects.requireNonNull(contexts.get(0).named(serverName));
    }
}
