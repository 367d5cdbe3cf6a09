package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.testkit.ExtensionJar;
import dev.evenkeel.server.extension.ExtensionsFolder.RefusedJar;
import dev.evenkeel.server.log.TestClock;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionsFolderTest {

  /** Appends a mark to what is kept, so that a test sees who is there. */
  private static final String MARKING =
      """
      package demo;
      import dev.evenkeel.extension.*;
      public class Marking implements Extension {
        record Mark(String text, java.time.Instant time) {}
        @Override public String name() { return "%s"; }
        @Override public void start(ExtensionContext context) {
          System.getLogger("demo.Marking").log(System.Logger.Level.DEBUG, "hello");
          BoundedMap<String, Mark> map =
              context.boundedMap("marks", String.class, Mark.class, Limits.capacity(10));
          ThreadLocal<Mark> own = new ThreadLocal<>();
          context.filter(event -> {
            own.set(new Mark("%s", null));
            return event.withPayload(event.payload().put("mark", own.get().text()));
          });
          context.process("*", (event, emission) -> {
            own.set(new Mark("%s", event.time()));
            map.put(event.session().id(), own.get());
            emission.attach("mark", own.get());
          });
          context.every(java.time.Duration.ofHours(1), emission -> {});
        }
      }
      """;

  @TempDir Path temp;

  private final Map<String, Map<String, String>> config = new HashMap<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<ExtensionsFolder> opened = new ArrayList<>();
  private Error failOnce;
  private Path jars;
  private Extensions extensions;
  private ExtensionsFolder folder;

  @BeforeEach
  void open() {
    jars = temp.resolve("jars");
    extensions =
        new Extensions(
            List.of(OfClassPath.of(new TestExtension("shipped", context -> {}))),
            new Switchboard.Setup(
                this::configured,
                List.of(),
                map -> List.of(),
                limits -> limits,
                OffSwitches.inMemory(),
                (event, data) -> told.add(event + " " + data),
                new TestClock(java.time.Instant.parse("2026-01-01T00:00:00Z"))));
    folder = newFolder();
  }

  private Map<String, Map<String, String>> configured() {
    Error failure = failOnce;
    failOnce = null;
    if (failure != null) {
      throw failure;
    }
    return config;
  }

  private ExtensionsFolder newFolder() {
    var fresh =
        new ExtensionsFolder(
            jars,
            temp.resolve("running"),
            extensions.switchboard(),
            (event, data) -> told.add(event + " " + data),
            new TestClock(java.time.Instant.parse("2026-01-01T00:00:00Z")));
    opened.add(fresh);
    return fresh;
  }

  @AfterEach
  void close() {
    opened.forEach(ExtensionsFolder::close);
    extensions.close();
  }

  private static ExtensionJar marking(String name, String mark) {
    return new ExtensionJar()
        .source("demo.Marking", MARKING.formatted(name, mark, mark))
        .service("demo.Marking");
  }

  /** A jar whose one extension has this in its start. */
  private static ExtensionJar starting(String name, String body) {
    return new ExtensionJar()
        .source(
            "demo.Starting",
            """
            package demo;
            import dev.evenkeel.extension.*;
            public class Starting implements Extension {
              @Override public String name() { return "%s"; }
              @Override public void start(ExtensionContext context) throws Exception {
                %s
              }
            }
            """
                .formatted(name, body))
        .service("demo.Starting");
  }

  /** A jar whose extension is not sure of its name, or of whether it runs. */
  private static ExtensionJar unsure(String question, String body) {
    return new ExtensionJar()
        .source(
            "demo.Unsure",
            """
            package demo;
            import dev.evenkeel.extension.*;
            public class Unsure implements Extension {
              static class Mute extends RuntimeException {
                @Override public String getMessage() { throw new IllegalStateException(); }
              }
              @Override public %s { %s }
              @Override public void start(ExtensionContext context) {}
            }
            """
                .formatted(question, body))
        .source(
            "demo.Helper", "package demo; class Helper { static String help() { return \"\"; } }")
        .without("demo.Helper")
        .service("demo.Unsure");
  }

  private void awaitNames(String... names) {
    await()
        .until(
            () ->
                extensions.running().stream()
                    .map(RunningExtension::name)
                    .toList()
                    .equals(Arrays.asList(names)));
  }

  private String refusal() {
    await().until(() -> !folder.refused().isEmpty());
    return folder.refused().getFirst().reason();
  }

  private String markOf(String name) throws Exception {
    HookEvent event = HookEvent.read("claude-code", "{\"session_id\":\"s\"}", Instant.EPOCH);
    for (Registration.Filter each : extensions.filters().filters()) {
      if (each.extension().name().equals(name)) {
        return each.extension().call(() -> each.filter().filter(event)).text("mark");
      }
    }
    return null;
  }

  private void awaitMark(String name, String mark) {
    await().until(() -> mark.equals(markOf(name)));
  }

  @Test
  void aJarThatIsCopiedInRunsOneCopiedOverItIsExchangedAndOneRemovedGoes() throws Exception {
    folder.takePresent();
    folder.start();
    // In
    Path jar = marking("marking", "one").writeTo(jars.resolve("marking.jar"));
    awaitNames("marking", "shipped");
    assertThat(markOf("marking")).isEqualTo("one");
    assertThat(info("marking").where()).isEqualTo("marking.jar");
    // Over it
    marking("marking", "two").writeTo(jar);
    awaitMark("marking", "two");
    // Out
    Files.delete(jar);
    awaitNames("shipped");
    await()
        .untilAsserted(
            () ->
                assertThat(told)
                    .extracting(each -> each.substring(0, each.indexOf(' ')))
                    .containsExactly(
                        "extension_loaded", "extension_replaced", "extension_removed"));
    awaitPrivateCopies(0);
  }

  private void awaitPrivateCopies(int count) {
    await()
        .untilAsserted(
            () -> {
              try (Stream<Path> copies = Files.list(temp.resolve("running"))) {
                assertThat(copies).as("private copies").hasSize(count);
              }
            });
  }

  private ExtensionInfo info(String name) {
    return extensions.all().stream().filter(each -> each.name().equals(name)).findAny().get();
  }

  @Test
  void whatIsThereWhenTheServerStartsRunsAtOnceAndABadJarHarmsNobody() {
    marking("marking", "one").writeTo(jars.resolve("a.jar"));
    new ExtensionJar().entry("README", new byte[0]).writeTo(jars.resolve("b.jar"));
    folder.takePresent();
    awaitNames("marking", "shipped");
    assertThat(folder.refused())
        .singleElement()
        .satisfies(
            bad -> {
              assertThat(bad.file()).isEqualTo("b.jar");
              assertThat(bad.reason()).contains("names no extension", "META-INF/services");
            });
    assertThat(told)
        .anyMatch(each -> each.startsWith("extension_refused") && each.contains("b.jar"));
    assertThat(folder.allRun()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "String name()              | return Helper.help();      | name() fails: demo/Helper is"
            + " missing",
        "String name()              | throw new Mute();          | name() fails: demo.Unsure$Mute."
            + " It has",
        "String name()              | return null;               | calls itself 'null'",
        "boolean enabledByDefault() | throw new AssertionError(); | enabledByDefault() fails:"
            + " java.lang.Ass",
      })
  void aJarThatCannotSayWhatItIsIsRefusedAndTheOthersComeAndGo(
      String question, String body, String reason) throws Exception {
    // Given
    Path gone = marking("gone", "x").writeTo(jars.resolve("gone.jar"));
    unsure(question, body).writeTo(jars.resolve("a.jar"));
    // When
    folder.takePresent();
    folder.start();
    marking("later", "x").writeTo(jars.resolve("later.jar"));
    Files.delete(gone);
    // Then
    awaitNames("later", "shipped");
    assertThat(folder.refused()).extracting(RefusedJar::file).containsExactly("a.jar");
    assertThat(refusal()).contains(reason);
    awaitPrivateCopies(1);
  }

  @Test
  void aJarThatThinksAboutItsNameForEverIsRefusedAndTheOthersRun() {
    unsure("String name()", "try { Thread.sleep(1L << 40); } catch (Exception e) {} return null;")
        .writeTo(jars.resolve("a.jar"));
    marking("later", "x").writeTo(jars.resolve("later.jar"));
    folder.takePresent();
    awaitNames("later", "shipped");
    assertThat(refusal()).contains("does not return within 10 s");
  }

  /** Waits in the start of one for the property that the start of the other sets. */
  private static String awaiting(String property) {
    return "System.setProperty(\"%1$s.waits\", \"\"); while (System.getProperty(\"%1$s\") == null) { Thread.sleep(5); }"
        .formatted(property);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aJarWhoseStartHangsHoldsUpNoOther(boolean present) {
    // Given one that starts only when one behind it has started
    String property = "evenkeel.test.other-" + present;
    starting("a-waits", awaiting(property)).writeTo(jars.resolve("a.jar"));
    starting("b-other", "System.setProperty(\"" + property + "\", \"\");")
        .writeTo(jars.resolve("b.jar"));
    // When
    if (present) {
      folder.takePresent();
      assertThat(folder.allRun()).isTrue();
    } else {
      folder.start();
    }
    // Then
    awaitNames("a-waits", "b-other", "shipped");
    assertThat(folder.refused()).isEmpty();
  }

  @Test
  void anExtensionWhoseJarGoesWhileAnotherBringsItIsNotRemoved() throws Exception {
    // Given
    Path old = starting("moved", "").writeTo(jars.resolve("old.jar"));
    folder.takePresent();
    // When looks find the old one gone, and the new one is still starting
    String property = "evenkeel.test.go-on";
    Files.delete(old);
    starting("moved", awaiting(property)).writeTo(jars.resolve("new.jar"));
    for (int look = 0; look < 3; look++) {
      folder.lookAndTake();
    }
    await().until(() -> System.getProperty(property + ".waits") != null);
    System.setProperty(property, "");
    // Then
    await().until(() -> told.stream().anyMatch(each -> each.startsWith("extension_replaced")));
    folder.lookAndTake();
    folder.lookAndTake();
    assertThat(info("moved").where()).isEqualTo("new.jar");
    assertThat(told).noneMatch(each -> each.matches("extension_removed .*moved.*"));
  }

  @Test
  void aNameThatIsGivenUpLateGoesToTheJarThatWasRefusedForIt() {
    // Given
    starting("first", "").writeTo(jars.resolve("a.jar"));
    folder.takePresent();
    // When its jar brings another one, which starts slowly, and a second jar the same
    String property = "evenkeel.test.renamed";
    starting("renamed", awaiting(property)).writeTo(jars.resolve("a.jar"));
    starting("first", "").writeTo(jars.resolve("b.jar"));
    folder.start();
    await().until(() -> System.getProperty(property + ".waits") != null);
    await().until(() -> !folder.refused().isEmpty());
    System.setProperty(property, "");
    // Then
    awaitNames("first", "renamed", "shipped");
    await().until(() -> folder.refused().isEmpty());
    assertThat(info("first").where()).isEqualTo("b.jar");
  }

  @Test
  void whatFailsInTheServerForOneJarKeepsNoOtherOut() throws Exception {
    marking("first", "x").writeTo(jars.resolve("a.jar"));
    marking("second", "x").writeTo(jars.resolve("b.jar"));
    failOnce = new StackOverflowError("once");
    folder.takePresent();
    awaitNames("second", "shipped");
    assertThat(refusal()).contains("taking it failed", "StackOverflowError: once", "Copy the jar");
    awaitPrivateCopies(1);
  }

  @Test
  void nothingHalfWrittenIsLoaded() throws Exception {
    folder.start();
    byte[] whole = marking("marking", "one").bytes();
    Path jar = Files.createDirectories(jars).resolve("slow.jar");
    Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
    awaitLooks(4);
    assertThat(extensions.running()).extracting(RunningExtension::name).containsExactly("shipped");
    Files.write(
        jar, Arrays.copyOfRange(whole, whole.length / 2, whole.length), StandardOpenOption.APPEND);
    awaitNames("marking", "shipped");
    // And over it: the end of the old one must not make half of the new one look whole
    byte[] next = marking("marking", "two").bytes();
    try (var channel = Files.newByteChannel(jar, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(next, 0, next.length / 2));
      awaitLooks(4);
      assertThat(markOf("marking")).isEqualTo("one");
      channel.write(ByteBuffer.wrap(next, next.length / 2, next.length - next.length / 2));
      channel.truncate(next.length);
    }
    awaitMark("marking", "two");
  }

  /** As many looks as a jar of another name needs that is copied in now, and again. */
  private void awaitLooks(int times) {
    for (int i = 0; i < times / 2; i++) {
      Path other = starting("other", "").writeTo(jars.resolve("other.jar"));
      await().until(() -> extensions.running().stream().anyMatch(e -> e.name().equals("other")));
      other.toFile().delete();
      await().until(() -> extensions.running().stream().noneMatch(e -> e.name().equals("other")));
    }
  }

  @Test
  void aJarThatStaysHalfIsRefused() throws Exception {
    folder.start();
    byte[] whole = marking("marking", "one").bytes();
    Files.write(
        Files.createDirectories(jars).resolve("half.jar"), Arrays.copyOf(whole, whole.length / 2));
    assertThat(refusal()).contains("no whole jar", "copy it again");
  }

  @Test
  void aJarOfTwoExtensionsIsRefused() {
    folder.start();
    marking("one", "x").service("demo.Other").writeTo(jars.resolve("two.jar"));
    assertThat(refusal()).contains("[demo.Marking, demo.Other]", "a jar holds one extension");
  }

  @Test
  void aClassThatIsTooNewIsRefused() {
    folder.start();
    byte[] tooNew = marking("new", "x").compile().get("demo.Marking").clone();
    tooNew[7] = 99;
    new ExtensionJar()
        .service("demo.Marking")
        .entry("demo/Marking.class", tooNew)
        .writeTo(jars.resolve("new.jar"));
    assertThat(refusal()).contains("99", "compile it for Java 25 or earlier");
  }

  @Test
  void aMissingClassIsNamed() {
    folder.start();
    starting("missing", "Helper.help();")
        .source("demo.Helper", "package demo; class Helper { static void help() {} }")
        .without("demo.Helper")
        .writeTo(jars.resolve("missing.jar"));
    assertThat(refusal())
        .contains("The extension missing cannot start", "demo/Helper is missing", "a jar brings");
  }

  @Test
  void aServiceThatIsNotInTheJarIsNamed() {
    folder.start();
    new ExtensionJar().service("demo.Nowhere").writeTo(jars.resolve("nowhere.jar"));
    assertThat(refusal()).contains("demo.Nowhere is missing");
  }

  @Test
  void aClassThatIsNoExtensionIsRefused() {
    folder.start();
    new ExtensionJar()
        .source("demo.Plain", "package demo; public class Plain {}")
        .service("demo.Plain")
        .writeTo(jars.resolve("plain.jar"));
    assertThat(refusal()).contains("demo.Plain does not implement");
  }

  @Test
  void aSecondOneOfAShippedNameIsRefused() {
    folder.start();
    marking("shipped", "x").writeTo(jars.resolve("mine.jar"));
    assertThat(refusal()).contains("named shipped is there already, from class path");
    awaitNames("shipped");
  }

  @Test
  void aSecondJarOfOneNameTakesOverWhenTheFirstGoes() throws Exception {
    folder.start();
    Path first = marking("marking", "one").writeTo(jars.resolve("marking-1.0.jar"));
    awaitMark("marking", "one");
    marking("marking", "two").writeTo(jars.resolve("marking-1.1.jar"));
    assertThat(refusal()).contains("from marking-1.0.jar");
    Files.delete(first);
    awaitMark("marking", "two");
    assertThat(folder.refused()).isEmpty();
  }

  @Test
  void settingsThatDoNotFitAreRefusedWithTheirKeyAndWhatToDo() throws Exception {
    config.put("sized", Map.of("size", "many"));
    folder.start();
    var jar =
        new ExtensionJar()
            .source("demo.Size", "package demo; public record Size(int size) {}")
            .source(
                "demo.Sized",
                """
                package demo;
                import dev.evenkeel.extension.*;
                public class Sized implements Extension {
                  @Override public void start(ExtensionContext context) {
                    context.config(Size.class);
                  }
                }
                """)
            .service("demo.Sized");
    Path file = jar.writeTo(jars.resolve("sized.jar"));
    assertThat(refusal())
        .contains("evenkeel.extensions.sized.size is 'many', which is no int")
        .endsWith(". Correct it and copy the jar again");
    // What it says is enough
    config.put("sized", Map.of("size", "7"));
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    awaitNames("shipped", "sized");
    assertThat(folder.refused()).isEmpty();
  }

  @Test
  @DisplayName("Promise 1: start has ten seconds")
  void aStartThatThrowsOrBlocksIsRefusedAndTheVersionBeforeGoesOn() throws Exception {
    folder.start();
    Path jar = marking("starting", "one").writeTo(jars.resolve("starting.jar"));
    awaitMark("starting", "one");
    starting("starting", "throw new java.io.IOException(\"no branch\");").writeTo(jar);
    assertThat(refusal())
        .isEqualTo(
            "The extension starting cannot start: no branch."
                + " The version before it goes on running");
    starting("starting", "while (true) { Thread.sleep(1000); }").writeTo(jar);
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> refusal().contains("does not return within 10 s"));
    assertThat(refusal()).contains("Thread");
    assertThat(markOf("starting")).isEqualTo("one");
  }

  @Test
  void twoExtensionsBringDifferentVersionsOfALibrary() throws Exception {
    folder.start();
    for (String version : List.of("1", "2")) {
      new ExtensionJar()
          .source(
              "library.Version",
              "package library; public class Version { public static String get() { return \""
                  + version
                  + "\"; } }")
          .source(
              "demo.User",
              """
              package demo;
              import dev.evenkeel.extension.*;
              public class User implements Extension {
                @Override public String name() { return "user-%s"; }
                @Override public void start(ExtensionContext context) {
                  context.filter(event -> event.withPayload(
                      event.payload().put("mark", library.Version.get())));
                }
              }
              """
                  .formatted(version))
          .service("demo.User")
          .writeTo(jars.resolve("user-" + version + ".jar"));
    }
    awaitNames("shipped", "user-1", "user-2");
    assertThat(markOf("user-1")).isEqualTo("1");
    assertThat(markOf("user-2")).isEqualTo("2");
  }

  @Test
  void theServersOwnLibrariesAreNotSeen() {
    folder.start();
    starting("peeping", "Class.forName(\"org.sqlite.JDBC\");").writeTo(jars.resolve("peeping.jar"));
    assertThat(refusal()).contains("org.sqlite.JDBC is missing");
  }

  @Test
  void oneThatIsSwitchedOffIsLoadedAnewWhenItIsSwitchedOn() throws Exception {
    folder.start();
    Path jar = marking("marking", "one").writeTo(jars.resolve("marking.jar"));
    awaitMark("marking", "one");
    extensions.switchboard().disable("marking");
    assertThat(extensions.filters().filters()).isEmpty();
    marking("marking", "two").writeTo(jar);
    await().until(() -> told.stream().anyMatch(each -> each.startsWith("extension_replaced")));
    assertThat(told.getLast()).contains("\"state\":\"disabled\"", "/api/extensions/marking/enable");
    assertThat(extensions.filters().filters()).as("it stays off").isEmpty();
    extensions.switchboard().enable("marking");
    assertThat(markOf("marking")).isEqualTo("two");
  }

  @Test
  void aJarThatIsCopiedOverOneThatFailedIsStarted() throws Exception {
    // Given
    folder.start();
    Path jar = marking("starting", "one").writeTo(jars.resolve("starting.jar"));
    awaitMark("starting", "one");
    extensions.switchboard().disable("starting");
    starting("starting", "throw new java.io.IOException(\"no branch\");").writeTo(jar);
    await().until(() -> told.stream().anyMatch(each -> each.startsWith("extension_replaced")));
    assertThat(extensions.switchboard().enable("starting"))
        .isInstanceOf(Switchboard.Switched.Refused.class);
    assertThat(info("starting").reason()).contains("no branch");
    // When
    starting("starting", "throw new java.io.IOException(\"no tree here\");").writeTo(jar);
    // Then
    assertThat(refusal())
        .as("no version before it goes on")
        .isEqualTo("The extension starting cannot start: no tree here");
    assertThat(info("starting").reason()).contains("no tree here");
    // When
    marking("starting", "two").writeTo(jar);
    // Then
    awaitMark("starting", "two");
    assertThat(info("starting").state()).isEqualTo(RunningExtension.State.RUNNING);
    await().until(() -> folder.refused().isEmpty());
  }

  /**
   * Fifty versions after each other, each with a map, records in JSON, a mapper of its own and a
   * thread-local value.
   */
  @Test
  @DisplayName("Promise 11: nothing holds on to the classes of one that was stopped")
  void theClassesOfWhatWasExchangedAreCollected() throws Exception {
    byte[] jar = marking("marking", "one").bytes();
    Path file = Files.write(Files.createDirectories(jars).resolve("marking.jar"), jar);
    var origin = new OfJar(file, temp.resolve("running"));
    extensions.switchboard().exchange(java.util.Set.of(), origin);
    var loaders = new ArrayList<WeakReference<ClassLoader>>();
    long metaspaceBefore = 0;
    for (int i = 0; i < 60; i++) {
      if (i == 10) {
        System.gc();
        metaspaceBefore = metaspace();
      }
      use();
      loaders.add(new WeakReference<>(loaderOf("marking")));
      extensions.switchboard().exchange(java.util.Set.of("marking"), origin);
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(loaders.stream().filter(each -> !each.refersTo(null)).count())
                  .as("loaders that something holds, of %s", loaders.size())
                  .isZero();
            });
    assertThat(metaspace() - metaspaceBefore)
        .as("growth of the metaspace over fifty exchanges, in bytes")
        .isLessThan(512 << 10);
    extensions.switchboard().remove("marking");
  }

  private ClassLoader loaderOf(String name) {
    return extensions.running().stream()
        .filter(each -> each.name().equals(name))
        .map(RunningExtension::loader)
        .findAny()
        .orElseThrow();
  }

  private void use() throws Exception {
    HookEvent event = HookEvent.read("claude-code", "{\"session_id\":\"s\"}", Instant.now());
    var worker =
        new Thread(
            () -> {
              for (Visit visit : extensions.visitsOf(event)) {
                for (Registration.Processor each : visit.processors()) {
                  var scope = new CallScope();
                  try {
                    scope.run(
                        () ->
                            visit
                                .extension()
                                .call(
                                    () -> {
                                      each.processor()
                                          .process(event, new Attaching(visit.extension()));
                                      return null;
                                    }));
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                  scope.apply();
                }
              }
            });
    worker.start();
    worker.join();
    extensions.snapshot();
    // On a thread that ends, because it keeps its own variables as long as it lives
    var filter = Thread.ofPlatform().unstarted(() -> awaitMark("marking", "one"));
    filter.start();
    filter.join();
  }

  /** Writes what is attached, as the handler does. */
  private record Attaching(RunningExtension extension) implements dev.evenkeel.extension.Emission {
    @Override
    public void attach(String field, Object value) {
      assertThat(extension.json().valueToTree(value).has("text")).isTrue();
    }

    @Override
    public void emit(String name, com.fasterxml.jackson.databind.node.ObjectNode data) {}

    @Override
    public void emit(
        dev.evenkeel.extension.Session session,
        String name,
        com.fasterxml.jackson.databind.node.ObjectNode data) {}

    @Override
    public void drop(String reason) {}
  }

  private static long metaspace() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(each -> each.getName().equals("Metaspace"))
        .mapToLong((MemoryPoolMXBean each) -> each.getUsage().getUsed())
        .sum();
  }
}
