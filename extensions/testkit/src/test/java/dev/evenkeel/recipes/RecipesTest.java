package dev.evenkeel.recipes;

import static dev.evenkeel.extension.testkit.ExtensionAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.extension.testkit.Derived;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.Reaction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The recipes of docs/extensions.md do what it says, and stand there as they are here. */
class RecipesTest {

  private static final long SOON_SECONDS = 20;

  private static Reaction tool(ExtensionHarness harness, String name, String field, String value) {
    return harness.send(
        "claude-code",
        Map.of(
            "hook_event_name",
            name,
            "session_id",
            "s",
            "tool_name",
            "Bash",
            "tool_input",
            Map.of(field, value, "n", 1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HideFieldExtension",
        "ChatWebhookExtension",
        "SessionCountExtension",
        "BlockCommandExtension"
      })
  void theGuideHasTheRecipeAsItIsHere(String name) throws IOException {
    String source = Files.readString(Path.of("src/test/java/dev/evenkeel/recipes", name + ".java"));
    String recipe = source.substring(source.indexOf("\n/**") + 1);
    assertThat(Files.readString(Path.of("../../docs/extensions.md")))
        .contains("```java\n" + recipe + "```\n");
  }

  @Test
  void aFieldIsHidden() {
    try (var harness = ExtensionHarness.of(HideFieldExtension::new).start()) {
      assertThat(tool(harness, "PreToolUse", "connection_string", "x").event().json())
          .contains("\"connection_string\":\"[hidden]\"", "\"n\":1");
      assertThat(tool(harness, "PreToolUse", "command", "x").event().json())
          .contains("\"command\":\"x\"");
      assertThat(harness.send("x", "{\"tool_input\":[1]}")).hasNoFailures();
    }
  }

  @Test
  void aChatIsToldAndNobodyWaitsForIt() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    var released = new CountDownLatch(1);
    HttpServer chat =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    chat.createContext(
        "/hook",
        exchange -> {
          told.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          try {
            released.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    chat.start();
    // Given a chat that does not answer, and room for two messages
    try (var harness =
        ExtensionHarness.of(ChatWebhookExtension::new)
            .config("url", "http://127.0.0.1:" + chat.getAddress().getPort() + "/hook")
            .config("queue", "2")
            .start()) {
      notify(harness, "one");
      assertThat(told.poll(SOON_SECONDS, TimeUnit.SECONDS)).isEqualTo("{\"text\":\"one\"}");
      // When
      assertThat(notify(harness, "two")).attachedNothing();
      assertThat(notify(harness, "three")).attachedNothing();
      // Then
      assertThat(notify(harness, "four")).attached("chat", "skipped: 2 messages are waiting");
      released.countDown();
      assertThat(told.poll(SOON_SECONDS, TimeUnit.SECONDS)).contains("two");
      assertThat(told.poll(SOON_SECONDS, TimeUnit.SECONDS)).contains("three");
    } finally {
      released.countDown();
      chat.stop(0);
    }
  }

  private static Reaction notify(ExtensionHarness harness, String message) {
    return harness.send("x", Map.of("hook_event_name", "Notification", "message", message));
  }

  @Test
  void sessionsAreCountedToTheirEnd() {
    try (var harness = ExtensionHarness.of(SessionCountExtension::new).start()) {
      tool(harness, "UserPromptSubmit", "a", "b");
      tool(harness, "PreToolUse", "a", "b");
      harness.restart();
      tool(harness, "PreToolUse", "a", "b");
      assertThat(tool(harness, "SessionEnd", "a", "b"))
          .emitted("session_count", Map.of("prompts", 1, "tools", 2));
      assertThat(harness.map("counts").size()).isZero();
    }
  }

  @Test
  void aSessionThatNeverEndsIsCountedWhenItIsForgotten() {
    try (var harness = ExtensionHarness.of(SessionCountExtension::new).start()) {
      tool(harness, "PreToolUse", "a", "b");
      assertThat(harness.advance(Duration.ofHours(23))).isEmpty();
      assertThat(harness.advance(Duration.ofHours(2)))
          .extracting(Derived::name)
          .containsExactly("session_count");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "git push --force, true",
    "cd x && git push -f origin main, true",
    "git push, false",
    "git push --force-with-lease, false",
    "rm -f push, false"
  })
  void aCommandIsBlocked(String command, boolean blocked) {
    try (var harness = ExtensionHarness.of(BlockCommandExtension::new).start()) {
      Reaction reaction = tool(harness, "PreToolUse", "command", command);
      if (blocked) {
        assertThat(reaction).denied("--force-with-lease");
      } else {
        assertThat(reaction).answeredNothing();
      }
    }
  }
}
