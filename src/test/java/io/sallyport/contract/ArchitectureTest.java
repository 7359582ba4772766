package io.sallyport.contract;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.micrometer.core.instrument.Metrics;
import io.sallyport.testing.Documents;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the arrows that the page on architecture draws: a package knows those beneath it that it needs, and none above. */
final class ArchitectureTest {
    private static final String ROOT = "io.sallyport";

    /** What each package may know, besides itself; nobody knows one further down. */
    private static final Map<String, Set<String>> ARROWS = arrows("""
            text              :
            retry             :
            config.hocon      :
            config.value      :
            config.tls        : config.hocon config.value
            config            : config.hocon config.value config.tls
            memory            :
            eventloop         : config.value
            eventloop.epoll   : eventloop
            handshake.iana    :
            handshake.wire    : handshake.iana
            handshake.trace   : handshake.iana handshake.wire
            diagnosis         : handshake.iana handshake.wire handshake.trace
            starttls          : config.value handshake.iana handshake.wire diagnosis
            starttls.channel  : starttls
            metrics           : diagnosis
            log               : text config
            accesslog         : text config.hocon config.value config handshake.iana handshake.wire
                                handshake.trace diagnosis metrics
            tls.netty         :
            tls.x509          : text config.value
            tls.file          : config.hocon config.tls tls.x509
            tls.material      : tls.x509 tls.file
            tls.path          : config.tls tls.x509 tls.file
            tls.trust         : config.value config.tls tls.x509 tls.path
            tls.context       : config.value config.tls handshake.wire diagnosis tls.x509 tls.file
                                tls.material tls.netty tls.path tls.trust
            tls.record        : tls.netty
            tls.token         : metrics tls.file tls.material
            tls.spiffe        : text retry config.value eventloop metrics tls.x509 tls.file tls.material tls.path
            tls.source        : config.hocon config.tls tls.x509 tls.file tls.material tls.token tls.spiffe
            sources           : text config.value config handshake.wire handshake.trace tls.file
            redirect          : handshake.iana metrics
            acme              : text retry config.hocon config.value config.tls metrics tls.x509 tls.file tls.material tls.path
                                tls.context tls.source
            crl               : text retry config.value config.tls metrics tls.x509 tls.file tls.path
            proxyprotocol     : config tls.trust tls.context
            accept            : config.value config memory eventloop metrics log
            forwardproxy      : config.value
            backend.probe     : config
            backend           : config.value config.tls config memory eventloop starttls starttls.channel metrics log
                                tls.trust tls.context tls.record proxyprotocol forwardproxy backend.probe
            admin             : text config.value config eventloop log accesslog
            connection.relay  : memory eventloop metrics tls.record
            connection        : sources config.value config.tls config memory eventloop eventloop.epoll handshake.iana
                                handshake.wire handshake.trace diagnosis starttls metrics log accesslog tls.x509
                                tls.path tls.trust tls.context tls.record proxyprotocol accept backend
                                redirect connection.relay
            server.listen     : config.hocon config.value config eventloop accept connection
            server.reload     : config.value config.tls config tls.file tls.spiffe tls.source
            server.generation : sources config.hocon config.value config.tls config memory metrics accesslog tls.file
                                tls.material tls.path tls.trust tls.context tls.spiffe tls.source forwardproxy backend admin
                                redirect connection server.listen server.reload
            server.lifecycle  : config.hocon config memory eventloop metrics log accesslog accept backend
                                connection server.listen server.reload server.generation
            server            : tls.netty config.hocon config.value config.tls config memory eventloop metrics log accesslog
                                tls.file tls.context tls.token tls.spiffe tls.source tls.path acme crl backend admin connection server.listen server.reload
                                server.generation server.lifecycle
            systemd           : server.listen server.lifecycle
            quickstart        : config.hocon config eventloop tls.x509
            explain.probe     : config.value config.tls eventloop handshake.iana handshake.wire
                                handshake.trace diagnosis starttls starttls.channel tls.x509 tls.material tls.path tls.trust tls.context
            explain.scan      : handshake.iana explain.probe
            explain.judge     : config.value config.tls handshake.iana handshake.wire handshake.trace tls.x509
                                tls.material tls.context explain.probe explain.scan
            explain.report    : text config.value handshake.iana handshake.wire handshake.trace tls.x509 tls.material
                                tls.context explain.probe explain.scan explain.judge
            explain           : config.hocon config.value config.tls config handshake.trace tls.file tls.material tls.path
                                tls.context tls.source explain.probe explain.scan explain.judge explain.report
            cli               : text acme config.hocon config.value config eventloop log server.generation server
                                systemd quickstart explain.probe explain.report explain
            """);

    private static JavaClasses product;

    @BeforeAll
    static void readClasses() {
        product = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(ROOT);
    }

    private static Map<String, Set<String>> arrows(String table) {
        Map<String, Set<String>> arrows = new LinkedHashMap<>();
        for (String row : table.replaceAll("\\n {4,}", " ").lines().toList()) {
            int colon = row.indexOf(':');
            Set<String> known = Pattern.compile(" +")
                    .splitAsStream(row.substring(colon + 1).trim())
                    .filter(name -> !name.isEmpty())
                    .collect(Collectors.toSet());
            assertThat(arrows.keySet()).as(row).containsAll(known);
            arrows.put(row.substring(0, colon).trim(), known);
        }
        return arrows;
    }

    @Test
    void everyPackageHasItsArrows() {
        Set<String> packages = new TreeSet<>();
        product.stream()
                .filter(each -> !each.getSimpleName().equals("package-info"))
                .forEach(each -> packages.add(each.getPackageName().replace(ROOT + ".", "")));

        assertThat(packages).isEqualTo(new TreeSet<>(ARROWS.keySet()));
    }

    @Test
    void thePageOnArchitectureNamesEveryPackage() {
        String page = Documents.read(Documents.MANUAL.resolve("architecture.md"));
        int map = page.indexOf("```\n");
        Set<String> named = Pattern.compile("[^a-z0-9]+")
                .splitAsStream(page.substring(map, page.indexOf("\n```\n", map)))
                .collect(Collectors.toSet());

        assertThat(named)
                .containsAll(ARROWS.keySet().stream()
                        .map(name -> name.substring(name.lastIndexOf('.') + 1))
                        .toList());
    }

    @TestFactory
    Collection<DynamicTest> arrowsPointOneWay() {
        return ARROWS.entrySet().stream()
                .map(arrow -> DynamicTest.dynamicTest(
                        arrow.getKey() + " knows " + new TreeSet<>(arrow.getValue()),
                        () -> assertKnowsOnly(arrow.getKey(), arrow.getValue())))
                .toList();
    }

    private static void assertKnowsOnly(String from, Set<String> known) {
        Set<String> unknown = new TreeSet<>(ARROWS.keySet());
        unknown.removeAll(known);
        unknown.remove(from);
        noClasses()
                .that()
                .resideInAPackage(ROOT + "." + from)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        unknown.stream().map(name -> ROOT + "." + name).toArray(String[]::new))
                .check(product);
    }

    /** Two types that know each other can only be read, tested and changed together. */
    @Test
    void noTypesFormARing() {
        assertThat(Rings.of(product)).isEmpty();
    }

    @Test
    void configurationKnowsNothingOfTheNetwork() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".config..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "io.micrometer..", "org.slf4j..")
                .check(product);
    }

    @Test
    void everyLibraryHasItsPlace() {
        assertUsedOnlyIn("com.typesafe.config..", "config", "cli");
        assertUsedOnlyIn("picocli..", "cli");
        assertUsedOnlyIn("ch.qos.logback..", "log");
        assertUsedOnlyIn("org.bouncycastle..", "tls");
        assertUsedOnlyIn("org.shredzone.acme4j..", "acme");
        assertUsedOnlyIn("io.micrometer..", "metrics", "server");
        assertUsedOnlyIn("io.netty.handler.ssl..", "tls", "backend", "connection", "explain", "server", "cli");
        assertUsedOnlyIn("io.netty.handler.codec.haproxy..", "proxyprotocol");
        assertUsedOnlyIn("io.netty.handler.proxy..", "forwardproxy");
        assertUsedOnlyIn("io.netty.handler.codec.http2..", "tls.spiffe");
        assertUsedOnlyIn("io.netty.resolver..", "backend");
        assertUsedOnlyIn("io.netty.internal.tcnative..", "tls");
        assertUsedOnlyIn("io.netty.channel.epoll..", "eventloop", "connection", "systemd");
        assertUsedOnlyIn("io.netty.channel.nio..", "eventloop");
    }

    private static void assertUsedOnlyIn(String library, String... packages) {
        noClasses()
                .that()
                .resideOutsideOfPackages(Stream.of(packages)
                        .map(name -> ROOT + "." + name + "..")
                        .toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(product);
    }

    /** Two proxies in one process, as in tests, must not count into one another's meters. */
    @Test
    void nobodyUsesTheGlobalRegistry() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Metrics.class)
                .check(product);
    }

    /** The access log may go to standard output; what the process says of itself goes through the log. */
    @Test
    void onlyTheCommandLineSpeaksToTheTerminal() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cli")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".accesslog.LineSink$Stdout")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(product);
    }

    @Test
    void onlyTheCommandLineEndsTheProcess() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cli")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(product);
    }

    /** What runs on an event loop keeps all connections of that loop waiting. */
    @Test
    void theDataPlaneNeitherSleepsNorReadsFiles() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + ".connection..",
                        ROOT + ".handshake..",
                        ROOT + ".diagnosis",
                        ROOT + ".accept",
                        ROOT + ".backend")
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..")
                .check(product);
    }

    /** What one listener, one connection or one test changes must not be seen by another. Fields with $ are the compiler's. */
    @Test
    void nothingStaticChanges() {
        fields().that()
                .areStatic()
                .and()
                .haveNameNotContaining("$")
                .should()
                .beFinal()
                .andShould(holdNothingThatChanges())
                .check(product);
    }

    private static ArchCondition<JavaField> holdNothingThatChanges() {
        return new ArchCondition<>("hold nothing that changes") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                JavaClass type = field.getRawType();
                boolean changes = type.isArray()
                        ? !field.getModifiers().contains(JavaModifier.PRIVATE)
                        : type.getPackageName().startsWith("java.util.concurrent.atomic")
                                || type.isAssignableTo(StringBuilder.class)
                                || (isCollection(type) && !isImmutable(read(field)));
                if (changes) {
                    events.add(SimpleConditionEvent.violated(field, field.getFullName() + " can be changed"));
                }
            }
        };
    }

    private static boolean isCollection(JavaClass type) {
        return type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class);
    }

    private static boolean isImmutable(Object value) {
        return value.getClass().getName().startsWith("java.util.ImmutableCollections");
    }

    private static Object read(JavaField field) {
        try {
            Field reflected = field.reflect();
            reflected.setAccessible(true);
            return reflected.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
