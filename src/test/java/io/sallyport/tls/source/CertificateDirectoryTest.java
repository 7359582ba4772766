package io.sallyport.tls.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.SecretFiles;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.source.DirectoryMemory.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is served of a folder that other programs keep. */
final class CertificateDirectoryTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final CertificateAuthority ISSUER = ROOT.authority("Issuer").issueAuthority();

    private final KeySources sources = new KeySources(variable -> null);
    private Findings findings = new Findings();

    @TempDir
    private Path base;

    @Test
    void certbotsTreeGivesEachNameOnceWithItsIntermediate() throws IOException {
        certbot("a.test", 1);
        certbot("b.test", 1);
        Files.writeString(base.resolve("live/README"), "This directory contains your keys and certificates.");

        List<KeyMaterial> keys = read("live");

        assertThat(names(keys)).containsExactly("a.test", "b.test");
        assertThat(keys).allSatisfy(key -> assertThat(key.chain()).hasSize(2));
        assertThat(findings.unusable()).isEmpty();
        assertThat(findings.warnings()).isEmpty();
    }

    @Test
    void certbotsRenewalIsAnotherFingerprintAndTheNewCertificate() throws IOException {
        certbot("a.test", 1);
        KeySource source = source("live");
        String before = source.fingerprint();
        KeyMaterial old = read("live").get(0);
        assertThat(source("live").fingerprint()).isEqualTo(before);

        certbot("a.test", 2);

        assertThat(source("live").fingerprint()).isNotEqualTo(before);
        assertThat(read("live"))
                .singleElement()
                .satisfies(key -> assertThat(key.leaf()).isNotEqualTo(old.leaf()));
    }

    /** The whole of /etc/letsencrypt: what was renewed lies beside what it replaced. */
    @Test
    void certbotsArchiveBesideItsLinksChangesNothing() throws IOException {
        certbot("a.test", 1);
        certbot("a.test", 2);

        assertThat(names(read(""))).containsExactly("a.test");
        assertThat(findings.unusable()).isEmpty();
    }

    @Test
    void legosFolderGivesItsPairsAndPassesTheIssuersAndTheAccountsByOver() throws IOException {
        Path folder = Files.createDirectories(base.resolve("lego/certificates"));
        for (String name : List.of("a.test", "_.b.test")) {
            IssuedCertificate issued = ISSUER.server(name.replace("_", "*")).issue();
            write(folder, name + ".crt", issued.chainPem());
            write(folder, name + ".key", issued.keyPem());
            ISSUER.writePem(folder, name + ".issuer");
            Files.writeString(folder.resolve(name + ".json"), "{}");
            write(folder, name + ".pem", issued.chainPem() + issued.keyPem());
        }

        assertThat(names(read("lego"))).containsExactlyInAnyOrder("a.test", "*.b.test");
        assertThat(findings.unusable()).isEmpty();
    }

    @Test
    void kubernetesVolumesAreReadThroughTheirLinksAndOnceOnly() throws IOException {
        kubernetes("certs", "a.test", "..2026_1");
        kubernetes("certs/sub", "b.test", "..2026_1");
        // A projected volume links its folders.
        Path projected = Files.createDirectories(base.resolve("certs/projected/..1/c"));
        ISSUER.server("c.test").issue().writePem(projected, "tls");
        Files.createSymbolicLink(base.resolve("certs/projected/..data"), Path.of("..1"));
        Files.createSymbolicLink(base.resolve("certs/projected/c"), Path.of("..data/c"));

        assertThat(names(read("certs"))).containsExactlyInAnyOrder("a.test", "b.test", "c.test");
        assertThat(findings.unusable()).isEmpty();
        assertThat(source("certs").files())
                .contains(
                        base.resolve("certs"),
                        base.resolve("certs/sub"),
                        base.resolve("certs/projected"),
                        base.resolve("certs/tls.crt"));
    }

    @Test
    void aFileThatHoldsBothIsAPairByWhateverName() throws IOException {
        IssuedCertificate a = ISSUER.server("a.test").issue();
        IssuedCertificate b = ISSUER.server("b.test").issue();
        IssuedCertificate c = ISSUER.server("c.test").issue();
        write(base, "a.pem", a.keyPem() + a.chainPem());
        write(base, "b.test", b.chainPem() + b.keyPem());
        write(base, "c.pem", c.chainPem());
        write(base, "c.pem.key", c.keyPem());

        assertThat(names(read(""))).containsExactly("a.test", "b.test", "c.test");
    }

    @Test
    void whatIsNoPemIsNoError() throws IOException {
        pair("a");
        Files.writeString(base.resolve("README"), "text");
        Files.writeString(base.resolve(".DS_Store"), "\0\1");
        Files.write(base.resolve("large.bin"), new byte[3 << 20]);
        Files.writeString(base.resolve(".a.key.swp"), "-----BEGIN PRIVATE KEY-----\n");
        Files.createSymbolicLink(base.resolve("nowhere.crt"), Path.of("gone"));
        ROOT.writePem(base, "ca");

        assertThat(names(read(""))).containsExactly("a.test");
        assertThat(findings.unusable()).isEmpty();
        assertThat(findings.problems()).isEmpty();
    }

    @Test
    void linksThatLeadRoundInARingEnd() throws IOException {
        pair("a");
        Files.createSymbolicLink(base.resolve("self"), base);
        Path below = Files.createDirectory(base.resolve("below"));
        Files.createSymbolicLink(below.resolve("up"), base);
        Files.createSymbolicLink(below.resolve("x"), Path.of("y"));
        Files.createSymbolicLink(below.resolve("y"), Path.of("x"));

        assertThat(names(read(""))).containsExactly("a.test");
    }

    @Test
    void whatLiesTooDeepIsNotRead() throws IOException {
        ISSUER.server("a.test").issue().writePem(Files.createDirectories(base.resolve("1/2/3/4")), "a");
        ISSUER.server("b.test").issue().writePem(Files.createDirectories(base.resolve("1/2/3/4/5")), "b");

        assertThat(names(read(""))).containsExactly("a.test");
    }

    @Test
    void aBrokenPairIsToldWithItsPathAndReasonAndTheOthersAreServed() throws IOException {
        pair("a");
        pair("b");
        write(base, "b.key", ISSUER.server("x.test").issue().keyPem());
        write(base, "c.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n");
        write(base, "c.key", ISSUER.server("c.test").issue().keyPem());
        write(base, "d.key", ISSUER.server("d.test").issue().keyPem());
        write(base, "fullchain.pem", ISSUER.server("e.test").issue().chainPem());

        assertThat(names(read(""))).containsExactly("a.test");
        assertThat(findings.problems()).isEmpty();
        assertThat(findings.unusable())
                .extracting(ConfigProblem::toString)
                .satisfiesExactlyInAnyOrder(
                        told -> assertThat(told)
                                .startsWith(
                                        "x.conf:1: " + base + "/b.key: private key does not match the certificate in ")
                                .endsWith("; not served"),
                        told -> assertThat(told)
                                .contains("/c.crt:1: BEGIN CERTIFICATE is followed by the end of the file"),
                        told -> assertThat(told).contains("/d.key: nothing belongs to it (expected: d.crt beside it)"),
                        told -> assertThat(told)
                                .contains("/fullchain.pem: nothing belongs to it (expected: privkey.pem"));
        assertThat(findings.warnings()).containsAll(findings.unusable());
    }

    /** A renewal that is half done: the chain is there before its key. */
    @Test
    void aPairThatDoesNotMatchNowStaysAsItWasUntilItDoes() throws IOException {
        pair("a");
        KeyMaterial before = read("").get(0);
        IssuedCertificate renewed = ISSUER.server("a.test").issue();

        write(base, "a.crt", renewed.chainPem());
        assertThat(read("")).containsExactly(before);
        assertThat(findings.unusable())
                .singleElement()
                .satisfies(told -> assertThat(told.detail())
                        .startsWith("private key does not match")
                        .endsWith("; what it was before stays in service"));

        Files.delete(base.resolve("a.key"));
        assertThat(read("")).containsExactly(before);
        assertThat(findings.unusable())
                .singleElement()
                .satisfies(told -> assertThat(told.toString()).contains("a.key: is gone"));

        write(base, "a.key", renewed.keyPem());
        assertThat(read(""))
                .singleElement()
                .satisfies(key -> assertThat(key.leaf()).isEqualTo(renewed.leaf()));
        assertThat(findings.unusable()).isEmpty();
    }

    @Test
    void aPairOfWhichBothHalvesAreGoneIsServedNoMore() throws IOException {
        pair("a");
        pair("b");
        read("");
        Files.delete(base.resolve("b.crt"));
        Files.delete(base.resolve("b.key"));

        assertThat(names(read(""))).containsExactly("a.test");
        assertThat(findings.unusable()).isEmpty();
    }

    @Test
    void whatHasNotChangedIsNotReadAgain() throws IOException {
        pair("a");
        pair("b");
        List<KeyMaterial> before = read("");
        pair("b");

        List<KeyMaterial> after = read("");

        assertThat(after.get(0)).isSameAs(before.get(0));
        assertThat(after.get(1).leaf()).isNotEqualTo(before.get(1).leaf());
    }

    /** As a server does: it takes the fingerprint, reads, and asks what is to be watched. */
    @Test
    void ofManyPairsTheOneThatChangesIsReadAloneAfterOneLookAtTheFolder() {
        for (int i = 0; i < 20; i++) {
            pair("n" + i);
        }
        DirectoryMemory memory = new DirectoryMemory();
        KeySource source = new DirectoryKeySource(
                new CertificateConfig.Directory(base, new PasswordConfig.None(), new Place("x.conf:1")),
                variable -> null,
                memory);
        assertThat(load(source)).hasSize(20);
        assertThat(memory.work()).isEqualTo(new Work(1, 40, 20));
        // The clock of a file system ticks: what is so new is read again, as a second write would not show.
        await().until(() -> {
            int before = memory.work().files();
            load(source);
            return memory.work().files() == before;
        });
        Work before = memory.work();
        pair("n7");

        assertThat(load(source)).hasSize(20);

        assertThat(memory.work()).isEqualTo(new Work(before.looks() + 1, before.files() + 2, before.pairs() + 1));
    }

    private List<KeyMaterial> load(KeySource source) {
        source.fingerprint();
        List<KeyMaterial> read = source.read(Instant.now(), findings);
        assertThat(source.files()).containsExactly(base);
        return read;
    }

    /** The files are the same, and what belongs together is not. */
    @Test
    void aFileThatComesToHoldItsKeyIsAPairFromThenOn() throws IOException {
        pair("a");
        IssuedCertificate issued = ISSUER.server("b.test").issue();
        write(base, "b", issued.chainPem());
        KeySource source = source("");
        source.fingerprint();
        assertThat(names(read(""))).containsExactly("a.test");
        write(base, "b", issued.chainPem() + issued.keyPem());
        source.fingerprint();
        source.fingerprint();

        assertThat(names(read(""))).containsExactly("a.test", "b.test");
    }

    @Test
    void whatAppearsAfterAFingerprintWasReadIsSeenByTheNextRead() {
        pair("a");
        KeySource source = source("");
        source.fingerprint();
        assertThat(names(read(""))).containsExactly("a.test");
        pair("b");

        assertThat(names(read(""))).containsExactly("a.test", "b.test");
    }

    @Test
    void ofTwoForOneNameAndKindOfKeyTheLaterEndWins() throws IOException {
        Instant now = Instant.now();
        write(
                "1",
                ISSUER.server("a.test", "only.test")
                        .validity(now.minusSeconds(60), now.plus(Duration.ofDays(10)))
                        .issue());
        write(
                "2",
                ISSUER.server("a.test")
                        .validity(now.minusSeconds(60), now.plus(Duration.ofDays(90)))
                        .issue());
        write(
                "3",
                ISSUER.server("a.test")
                        .validity(now.minusSeconds(60), now.plus(Duration.ofDays(30)))
                        .issue());
        write("4", ISSUER.server("a.test").key(KeyKind.RSA_2048).issue());

        List<KeyMaterial> keys = read("");

        assertThat(keys)
                .extracting(KeyMaterial::serverNames)
                .containsExactly(List.of("only.test"), List.of("a.test"), List.of("a.test"));
        assertThat(keys).extracting(key -> key.name().replaceAll(".*/", "")).containsExactly("1.crt", "2.crt", "4.crt");
    }

    @Test
    void onePasswordOpensAllKeys() throws IOException {
        Path password = SecretFiles.write(base.resolve("pass.txt"), "secret\n");
        pair("a");
        KeySource source = sources.of(
                new CertificateConfig.Directory(base, new PasswordConfig.File(password), new Place("x.conf:1")));
        String before = source.fingerprint();

        assertThat(names(source.read(Instant.now(), findings))).containsExactly("a.test");
        SecretFiles.write(password, "other");
        assertThat(source.fingerprint()).isNotEqualTo(before);
        assertThat(source.files()).contains(password);
    }

    @Test
    void anEmptyFolderSaysWhatShouldBeInIt() {
        assertThat(read("")).isEmpty();
        assertThat(findings.warnings())
                .singleElement()
                .satisfies(told -> assertThat(told.toString())
                        .isEqualTo("x.conf:1: " + base
                                + ": is empty (expected: fullchain.pem with privkey.pem, NAME.crt with"
                                + " NAME.key, or PEM files that hold both)"));
    }

    @Test
    void aFolderThatIsNoneIsAProblem() throws IOException {
        assertThat(read("gone")).isEmpty();
        assertThat(findings.problems())
                .singleElement()
                .satisfies(told ->
                        assertThat(told.detail()).isEqualTo("no such folder (expected: a folder with certificates)"));
        Files.writeString(base.resolve("file"), "");
        findings = new Findings();
        assertThat(read("file")).isEmpty();
        assertThat(findings.problems())
                .singleElement()
                .satisfies(told -> assertThat(told.detail()).startsWith("is a file"));
    }

    @Test
    void ofManyBrokenPairsTheLogHasTheFirstAndTheirNumber() throws IOException {
        pair("a");
        for (int i = 0; i < 25; i++) {
            write(base, "lone" + i + ".key", ISSUER.server("d.test").issue().keyPem());
        }

        assertThat(names(read(""))).containsExactly("a.test");
        assertThat(findings.unusable()).hasSize(25);
        assertThat(findings.warnings()).hasSize(11);
        assertThat(findings.warnings().get(10).detail()).isEqualTo("15 more pairs that cannot be used (25 in all)");
    }

    private List<KeyMaterial> read(String folder) {
        findings = new Findings();
        return source(folder).read(Instant.now(), findings);
    }

    private KeySource source(String folder) {
        return sources.of(new CertificateConfig.Directory(
                folder.isEmpty() ? base : base.resolve(folder), new PasswordConfig.None(), new Place("x.conf:1")));
    }

    private static List<String> names(List<KeyMaterial> keys) {
        return keys.stream().flatMap(key -> key.serverNames().stream()).toList();
    }

    private void pair(String name) {
        write(name, ISSUER.server(name + ".test").issue());
    }

    private void write(String name, IssuedCertificate issued) {
        issued.writePem(base, name);
    }

    private static void write(Path folder, String name, String text) throws IOException {
        SecretFiles.write(folder.resolve(name), text);
    }

    /** Writes what certbot writes, the number counting its renewals. */
    private void certbot(String name, int number) throws IOException {
        IssuedCertificate issued = ISSUER.server(name).issue();
        Path archive = Files.createDirectories(base.resolve("archive").resolve(name));
        Path live = Files.createDirectories(base.resolve("live").resolve(name));
        String leaf = issued.chainPem().replaceAll("(?s)(-----END CERTIFICATE-----\n).*", "$1");
        write(archive, "cert" + number + ".pem", leaf);
        write(archive, "chain" + number + ".pem", issued.chainPem().substring(leaf.length()));
        write(archive, "fullchain" + number + ".pem", issued.chainPem());
        write(archive, "privkey" + number + ".pem", issued.keyPem());
        Files.writeString(live.resolve("README"), "text");
        for (String half : List.of("cert", "chain", "fullchain", "privkey")) {
            Path link = live.resolve(half + ".pem");
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, Path.of("../../archive/" + name + "/" + half + number + ".pem"));
        }
    }

    private void kubernetes(String folder, String name, String version) throws IOException {
        Path volume = Files.createDirectories(base.resolve(folder));
        Path content = Files.createDirectory(volume.resolve(version));
        ISSUER.server(name).issue().writePem(content, "tls");
        ROOT.writePem(content, "ca");
        Files.createSymbolicLink(volume.resolve("..data"), Path.of(version));
        for (String file : List.of("tls.crt", "tls.key", "ca.crt")) {
            Files.createSymbolicLink(volume.resolve(file), Path.of("..data/" + file));
        }
    }
}
