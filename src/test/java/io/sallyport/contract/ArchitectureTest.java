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
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the arrows that the README draws: a package knows those beneath it that it needs, and none above. */
final class ArchitectureTest {
    private static final String ROOT = "io.sallyport";

    /** What each package may know, besides itself. */
    private static final Map<String, Set<String>> ARROWS = new LinkedHashMap<>();

    static {
        ARROWS.put("text", Set.of());
        ARROWS.put("config", Set.of());
        ARROWS.put("limits", Set.of("config"));
        ARROWS.put("memory", Set.of());
        ARROWS.put("transport", Set.of("config"));
        ARROWS.put("handshake", Set.of());
        ARROWS.put("diagnosis", Set.of("handshake"));
        ARROWS.put("observe", Set.of("text", "config", "handshake", "diagnosis"));
        ARROWS.put("tls", Set.of("text", "config", "diagnosis"));
        ARROWS.put("proxyprotocol", Set.of("config", "tls"));
        ARROWS.put("backend", Set.of("config", "memory", "transport", "observe", "tls", "proxyprotocol"));
        ARROWS.put("admin", Set.of("text", "config", "transport", "observe"));
        ARROWS.put(
                "connection",
                Set.of(
                        "config",
                        "limits",
                        "memory",
                        "transport",
                        "handshake",
                        "diagnosis",
                        "observe",
                        "tls",
                        "proxyprotocol",
                        "backend"));
        ARROWS.put("server.reload", Set.of("config"));
        ARROWS.put("server.listen", Set.of("config", "limits", "transport", "connection"));
        ARROWS.put(
                "server.generation",
                Set.of(
                        "config",
                        "memory",
                        "observe",
                        "tls",
                        "backend",
                        "admin",
                        "connection",
                        "server.reload",
                        "server.listen"));
        ARROWS.put(
                "server.lifecycle",
                Set.of(
                        "config",
                        "limits",
                        "memory",
                        "transport",
                        "observe",
                        "backend",
                        "connection",
                        "server.reload",
                        "server.listen",
                        "server.generation"));
        ARROWS.put(
                "server",
                Set.of(
                        "config",
                        "memory",
                        "transport",
                        "observe",
                        "tls",
                        "backend",
                        "admin",
                        "connection",
                        "server.reload",
                        "server.listen",
                        "server.generation",
                        "server.lifecycle"));
        ARROWS.put("quickstart", Set.of("config", "transport"));
        ARROWS.put("explain", Set.of("text", "config", "transport", "handshake", "tls"));
        ARROWS.put("systemd", Set.of("server.listen", "server.lifecycle"));
        ARROWS.put(
                "cli",
                Set.of(
                        "text",
                        "config",
                        "transport",
                        "observe",
                        "server",
                        "server.generation",
                        "server.listen",
                        "systemd",
                        "quickstart",
                        "explain"));
    }

    private static JavaClasses product;

    @BeforeAll
    static void readClasses() {
        product = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(ROOT);
    }

    @Test
    void everyPackageHasItsArrows() {
        Set<String> packages = new TreeSet<>();
        product.forEach(each -> packages.add(each.getPackageName().replace(ROOT + ".", "")));

        assertThat(packages).isEqualTo(new TreeSet<>(ARROWS.keySet()));
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

    @Test
    void configurationAndLimitsKnowNothingOfTheNetwork() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".config", ROOT + ".limits")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "io.micrometer..", "org.slf4j..")
                .check(product);
    }

    @Test
    void everyLibraryHasItsPlace() {
        assertUsedOnlyIn("com.typesafe.config..", "config", "cli");
        assertUsedOnlyIn("picocli..", "cli");
        assertUsedOnlyIn("ch.qos.logback..", "observe");
        assertUsedOnlyIn("org.bouncycastle..", "tls", "quickstart");
        assertUsedOnlyIn("io.micrometer..", "observe", "server");
        assertUsedOnlyIn("io.netty.handler.ssl..", "tls", "backend", "connection", "explain", "server", "cli");
        assertUsedOnlyIn("io.netty.handler.codec.haproxy..", "proxyprotocol");
        assertUsedOnlyIn("io.netty.resolver..", "backend");
        assertUsedOnlyIn("io.netty.internal.tcnative..", "tls");
        assertUsedOnlyIn("io.netty.channel.epoll..", "transport", "connection", "systemd");
        assertUsedOnlyIn("io.netty.channel.nio..", "transport");
    }

    private static void assertUsedOnlyIn(String library, String... packages) {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        Stream.of(packages).map(name -> ROOT + "." + name).toArray(String[]::new))
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
                .doNotHaveFullyQualifiedName(ROOT + ".observe.LineSink$Stdout")
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
                        ROOT + ".connection",
                        ROOT + ".handshake",
                        ROOT + ".diagnosis",
                        ROOT + ".limits",
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
