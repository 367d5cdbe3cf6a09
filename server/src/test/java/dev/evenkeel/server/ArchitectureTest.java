package dev.evenkeel.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

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

  /** What may know the framework in packages that are built with new but for their edges. */
  private static final Set<String> EDGES =
      Set.of(
          "config.ConfigFiles",
          "config.FoundSettings",
          "config.Main",
          "config.SettingsProducer",
          "config.SettingsReader",
          "intake.Answers",
          "intake.BareDoor",
          "intake.BatchDoor",
          "intake.BodyReader",
          "intake.DoorFilter",
          "intake.HookDoors",
          "intake.Replies",
          "intake.ReservedBytes",
          "page.PageDoor",
          "query.Answers",
          "query.CallMeters",
          "query.ExtensionDoors",
          "query.HistoryDoors",
          "query.Meters",
          "query.StatusDoors",
          "query.UnknownAddresses",
          "watch.HealthChecks");

  private static final String[] FRAMEWORK = {
    "io.quarkus..",
    "io.vertx..",
    "io.netty..",
    "jakarta..",
    "io.smallrye..",
    "io.micrometer..",
    "org.eclipse.microprofile.."
  };

  private static final DescribedPredicate<JavaClass> ARE_EDGES =
      DescribedPredicate.describe("are edges", each -> EDGES.contains(nameOf(each)));

  /** Of the class that it is nested in, behind the server's package. */
  private static String nameOf(JavaClass of) {
    String name = of.getName().replaceFirst("\\$.*", "");
    return name.replaceFirst("^dev\\.evenkeel\\.server\\.", "");
  }

  /** The core is built with new; what is an edge is named, or has a package of its own. */
  @ArchTest
  static final ArchRule theCoreKnowsNoFramework =
      noClasses()
          .that()
          .resideInAnyPackage(
              "..server.log..",
              "..server.guard..",
              "..server.handler..",
              "..server.extension..",
              "..server.target",
              "..server.text..",
              "..server.hub",
              "..server.hub.engineio..",
              "..server.hub.socketio..",
              "..server.intake..",
              "..server.watch..",
              "..server.query..",
              "..server.config..",
              "..server.page..",
              "..server.budget..")
          .and(not(ARE_EDGES))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(FRAMEWORK);

  @ArchTest
  static void whatIsNamedAsAnEdgeIsOne(JavaClasses classes) {
    Set<String> knowing =
        classes.stream()
            .filter(
                each ->
                    each.getDirectDependenciesFromSelf().stream()
                        .map(Dependency::getTargetClass)
                        .anyMatch(resideInAnyPackage(FRAMEWORK)))
            .map(ArchitectureTest::nameOf)
            .collect(Collectors.toSet());
    assertThat(knowing).containsAll(EDGES);
  }

  /** In all modules: nothing checks a package without the mark for null. */
  @Test
  void everyPackageOfMainCodeIsNullMarked() throws IOException {
    var packages = new TreeSet<Path>();
    for (Path module : modules()) {
      try (Stream<Path> sources = Files.walk(module.resolve("src/main/java"))) {
        sources
            .filter(each -> each.toString().endsWith(".java"))
            .map(Path::getParent)
            .forEach(packages::add);
      }
    }
    assertThat(packages)
        .anyMatch(each -> each.endsWith("server/handler"))
        .anyMatch(each -> each.endsWith("extension/testkit"))
        .anyMatch(each -> each.endsWith("evenkeel/testbed"))
        .allSatisfy(
            each ->
                assertThat(each.resolve("package-info.java"))
                    .content()
                    .containsPattern("(?m)^@NullMarked$"));
  }

  private static List<Path> modules() throws IOException {
    try (Stream<Path> poms = Files.find(Path.of(".."), 3, (file, _) -> file.endsWith("pom.xml"))) {
      return poms.map(Path::getParent)
          .filter(each -> Files.exists(each.resolve("src/main/java")))
          .toList();
    }
  }
}
