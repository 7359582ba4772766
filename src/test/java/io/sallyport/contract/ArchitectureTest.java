package io.sallyport.contract;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.micrometer.core.instrument.Metrics;

/** The direction of the arrows between packages, as the README draws it. */
@AnalyzeClasses(packages = "io.sallyport", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule ARROWS_POINT_DOWN = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("cli")
            .definedBy("io.sallyport.cli..")
            .layer("quickstart")
            .definedBy("io.sallyport.quickstart..")
            .layer("server")
            .definedBy("io.sallyport.server..")
            .layer("admin")
            .definedBy("io.sallyport.admin..")
            .layer("connection")
            .definedBy("io.sallyport.connection..")
            .layer("tls")
            .definedBy("io.sallyport.tls..")
            .layer("backend")
            .definedBy("io.sallyport.backend..")
            .layer("limits")
            .definedBy("io.sallyport.limits..")
            .layer("observe")
            .definedBy("io.sallyport.observe..")
            .layer("handshake")
            .definedBy("io.sallyport.handshake..")
            .layer("config")
            .definedBy("io.sallyport.config..")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("quickstart")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("server")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("admin")
            .mayOnlyBeAccessedByLayers("server")
            .whereLayer("connection")
            .mayOnlyBeAccessedByLayers("server")
            .whereLayer("tls")
            .mayOnlyBeAccessedByLayers("server", "connection")
            .whereLayer("backend")
            .mayOnlyBeAccessedByLayers("server", "connection")
            .whereLayer("limits")
            .mayOnlyBeAccessedByLayers("server", "connection")
            .whereLayer("observe")
            .mayOnlyBeAccessedByLayers("cli", "server", "connection", "admin", "backend")
            .whereLayer("handshake")
            .mayOnlyBeAccessedByLayers("connection", "observe");

    @ArchTest
    static final ArchRule CONFIGURATION_AND_COUNTERS_KNOW_NO_NETTY = noClasses()
            .that()
            .resideInAnyPackage("io.sallyport.config..", "io.sallyport.limits..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule NOTHING_IS_SHARED_BEHIND_THE_BACK =
            fields().that().areStatic().should().beFinal();

    @ArchTest
    static final ArchRule METERS_ARE_HANDED_OVER =
            noClasses().should().dependOnClassesThat().areAssignableTo(Metrics.class);

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS = noClasses()
            .that()
            .resideOutsideOfPackages("io.sallyport.cli..", "io.sallyport.observe..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");
}
