package dev.evenkeel.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What docs and folder names say of the architecture, checked. */
@AnalyzeClasses(packages = "dev.evenkeel", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  /** An event goes one way: no part knows the parts behind it. */
  @ArchTest
  static final ArchRule noPartReachesBackUpTheFlow =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("server")
          .definedBy("dev.evenkeel.server")
          .layer("page")
          .definedBy("..server.page..")
          .layer("query")
          .definedBy("..server.query..")
          .layer("watch")
          .definedBy("..server.watch..")
          .layer("text")
          .definedBy("..server.text..")
          .layer("target")
          .definedBy("..server.target..")
          .layer("hub")
          .definedBy("..server.hub..")
          .layer("intake")
          .definedBy("..server.intake..")
          .layer("guard")
          .definedBy("..server.guard..")
          .layer("handler")
          .definedBy("..server.handler..")
          .layer("extension")
          .definedBy("..server.extension..")
          .layer("log")
          .definedBy("..server.log..")
          .layer("budget")
          .definedBy("..server.budget..")
          .withOptionalLayers(true)
          .whereLayer("server")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("page")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("page")
          .mayNotAccessAnyLayer()
          .whereLayer("query")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("watch")
          .mayOnlyBeAccessedByLayers("query", "server")
          .whereLayer("text")
          .mayOnlyBeAccessedByLayers("query", "server")
          .whereLayer("target")
          .mayOnlyBeAccessedByLayers("watch", "query", "server")
          .whereLayer("hub")
          .mayOnlyBeAccessedByLayers("watch", "query", "server")
          .whereLayer("intake")
          .mayOnlyBeAccessedByLayers("watch", "query", "server")
          .whereLayer("guard")
          .mayOnlyBeAccessedByLayers("intake", "query", "server")
          .whereLayer("handler")
          .mayOnlyBeAccessedByLayers("watch", "query", "server")
          .whereLayer("extension")
          .mayOnlyBeAccessedByLayers("intake", "guard", "handler", "watch", "query", "server")
          .whereLayer("log")
          .mayOnlyBeAccessedByLayers(
              "extension",
              "intake",
              "handler",
              "text",
              "target",
              "hub",
              "watch",
              "query",
              "server");

  @ArchTest
  static final ArchRule partsDoNotGoRound =
      slices().matching("dev.evenkeel.server.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theExtensionApiKnowsNoFramework =
      noClasses()
          .that()
          .resideInAPackage("dev.evenkeel.extension..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.quarkus..", "io.vertx..", "jakarta..", "io.smallrye..", "dev.evenkeel.server..");

  @ArchTest
  static final ArchRule shippedExtensionsKnowOnlyTheApi =
      noClasses()
          .that()
          .resideInAPackage("dev.evenkeel.extensions..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.quarkus..",
              "io.vertx..",
              "jakarta..",
              "io.smallrye..",
              "dev.evenkeel.server..",
              "dev.evenkeel.extension.internal..");

  /**
   * The core of these parts is built with new; what of them is an edge has a package of its own.
   */
  @ArchTest
  static final ArchRule theCoreKnowsNoFramework =
      noClasses()
          .that()
          .resideInAnyPackage(
              "..server.log..",
              "..server.guard..",
              "..server.handler..",
              "..server.extension..",
              "..server.target..",
              "..server.text..",
              "..server.hub",
              "..server.hub.engineio..",
              "..server.hub.socketio..",
              "..server.budget..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.quarkus..", "io.vertx..", "io.netty..", "jakarta..", "io.smallrye..");
}
