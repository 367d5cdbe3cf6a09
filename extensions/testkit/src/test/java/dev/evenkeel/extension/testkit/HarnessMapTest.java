package dev.evenkeel.extension.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Open;
import dev.evenkeel.extension.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class HarnessMapTest {

  private static final Limits TWO = new Limits(2, Duration.ofMinutes(5), Duration.ofHours(6));

  record Item(String text, boolean running) implements Open {
    @Override
    public boolean isOpen() {
      return running;
    }
  }

  /** Hands its map to each test, which works on it inside a call. */
  static final class MapExtension implements Extension {
    private final List<String> evicted = new ArrayList<>();
    private BoundedMap<String, Item> map;
    private Consumer<BoundedMap<String, Item>> work = map -> {};

    @Override
    public void start(ExtensionContext context) {
      map = context.boundedMap("items", String.class, Item.class, TWO);
      map.onEviction(
          (key, value, emission) -> {
            evicted.add(key);
            emission.emit(
                new Session("a", "b"), "gone", JsonNodeFactory.instance.objectNode().put("k", key));
          });
      context.process("*", (event, emission) -> work.accept(map));
    }
  }

  private MapExtension extension;
  private final ExtensionHarness harness =
      ExtensionHarness.of(() -> extension = new MapExtension()).start();

  private Reaction inside(Consumer<BoundedMap<String, Item>> work) {
    extension.work = work;
    return harness.send("claude-code", "{}");
  }

  private static Item item(String text) {
    return new Item(text, false);
  }

  private static Item running(String text) {
    return new Item(text, true);
  }

  @Test
  void aCallSeesItsOwnChangesAtOnceAndOthersWhenItHasReturned() {
    inside(
        map -> {
          map.put("a", item("1"));
          assertThat(map.get("a")).isEqualTo(item("1"));
          assertThat(map.size()).isEqualTo(1);
          assertThat(map.entries()).containsKey("a");
          assertThat(CompletableFuture.supplyAsync(map::size).join()).isZero();
          assertThat(map.remove("a")).isEqualTo(item("1"));
          assertThat(map.get("a")).isNull();
          assertThat(map.size()).isZero();
          map.put("b", item("2"));
        });
    assertThat(extension.map.get("b")).isEqualTo(item("2"));
    assertThat(extension.map.size()).isEqualTo(1);
  }

  @Test
  void theChangesOfACallThatFailsAreForgotten() {
    inside(map -> map.put("a", item("1")));
    inside(
        map -> {
          map.put("a", item("2"));
          map.put("b", item("3"));
          throw new IllegalArgumentException("no");
        });
    assertThat(extension.map.entries()).containsExactly(Map.entry("a", item("1")));
  }

  @Test
  void changesOutsideACallAreRefused() {
    assertThatThrownBy(() -> extension.map.put("a", item("1")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> extension.map.remove("a")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void changesOnAnotherThreadThanTheCallsAreRefused() {
    inside(
        map ->
            assertThatThrownBy(
                    () -> CompletableFuture.runAsync(() -> map.put("a", item("1"))).join())
                .hasCauseInstanceOf(IllegalStateException.class));
    assertThat(extension.map.size()).isZero();
  }

  @Test
  void whatWasNotUsedForLongestGoesFirst() {
    inside(map -> map.put("a", item("1")));
    inside(map -> map.put("b", item("2")));
    inside(map -> map.get("a"));
    Reaction reaction = inside(map -> map.put("c", item("3")));
    assertThat(extension.map.entries().keySet()).containsExactly("a", "c");
    assertThat(extension.evicted).containsExactly("b");
    assertThat(reaction.evictions()).extracting(Derived::name).containsExactly("gone");
  }

  @Test
  void whatIsOpenGoesLast() {
    inside(map -> map.put("a", running("1")));
    inside(map -> map.put("b", item("2")));
    inside(map -> map.put("c", running("3")));
    assertThat(extension.evicted).containsExactly("b");
    inside(map -> map.put("d", running("4")));
    assertThat(extension.evicted).containsExactly("b", "a");
  }

  @Test
  void entriesDoNotCountAsAUse() {
    inside(map -> map.put("a", item("1")));
    inside(map -> map.put("b", item("2")));
    inside(BoundedMap::entries);
    inside(map -> map.put("c", item("3")));
    assertThat(extension.evicted).containsExactly("a");
  }

  @Test
  void anEntryIsKeptForItsAgeAfterItsLastUse() {
    // Given
    inside(map -> map.put("a", item("1")));
    harness.advance(Duration.ofMinutes(5));
    inside(map -> map.get("a"));
    // When
    harness.advance(Duration.ofMinutes(5));
    assertThat(extension.evicted).isEmpty();
    List<Derived> emitted = harness.advance(Duration.ofMillis(1));
    // Then
    assertThat(extension.evicted).containsExactly("a");
    assertThat(emitted).extracting(Derived::name).containsExactly("gone");
    assertThat(harness.map("items").size()).isZero();
  }

  @Test
  void whatIsOpenIsKeptForItsOwnAge() {
    inside(map -> map.put("a", running("1")));
    harness.advance(Duration.ofHours(6));
    assertThat(extension.evicted).isEmpty();
    harness.advance(Duration.ofMillis(1));
    assertThat(extension.evicted).containsExactly("a");
  }

  @Test
  void whatIsTooOldGoesBeforeTheNextEvent() {
    inside(map -> map.put("a", item("1")));
    harness.setTime(harness.clock().instant().plusSeconds(301));
    inside(map -> assertThat(map.get("a")).isNull());
    assertThat(extension.evicted).containsExactly("a");
  }

  @Test
  void anEvictionHandlerThatThrowsDoesNotBringTheEntryBack() {
    // Given
    class Failing implements Extension {
      @Override
      public void start(ExtensionContext context) {
        var map = context.boundedMap("items", String.class, Item.class, TWO);
        map.onEviction(
            (key, value, emission) -> {
              emission.emit(new Session("a", "b"), "gone", JsonNodeFactory.instance.objectNode());
              map.put("again", value);
              throw new IllegalArgumentException("no");
            });
        context.process("*", (event, emission) -> map.put(event.session().id(), item("x")));
      }
    }
    var failing = ExtensionHarness.of(Failing::new).start();
    // When
    for (String session : List.of("1", "2", "3")) {
      failing.send("claude-code", "{\"session_id\":\"" + session + "\"}");
    }
    // Then
    assertThat(failing.map("items").entries().keySet())
        .map(Object::toString)
        .containsExactly("2", "3");
    assertThat(failing.failures()).hasSize(1);
    assertThat(failing.derived()).isEmpty();
  }

  @Test
  void aRestartKeepsEntriesTheirOrderAndTheirAge() {
    // Given
    inside(map -> map.put("a", item("1")));
    harness.advance(Duration.ofSeconds(200));
    inside(map -> map.put("b", item("2")));
    // When
    harness.restart();
    // Then
    assertThat(extension.map.entries())
        .containsExactly(Map.entry("a", item("1")), Map.entry("b", item("2")));
    harness.advance(Duration.ofSeconds(101));
    assertThat(extension.evicted).containsExactly("a");
  }

  @Test
  void theOperatorsLimitsGoBeforeTheExtensions() {
    var small =
        ExtensionHarness.of(() -> extension = new MapExtension())
            .limits("items", TWO.withCapacity(1))
            .start();
    extension.work =
        map -> {
          map.put("a", item("1"));
          map.put("b", item("2"));
        };
    small.send("claude-code", "{}");
    assertThat(extension.map.entries().keySet()).containsExactly("b");
    assertThat(small.limitsOf("items").capacity()).isEqualTo(1);
  }

  @Test
  void theSizeInBytesIsThatOfKeysAndValues() {
    inside(map -> map.put("ä", item("ö")));
    String json = "\"ä\"" + "{\"text\":\"ö\",\"running\":false}";
    assertThat(harness.bytesIn("items")).isEqualTo(json.getBytes(UTF_8).length);
  }

  /** Has no property that Jackson finds. */
  static final class Opaque {}

  /** Loses its number on the way through JSON. */
  record Lossy(@JsonIgnore int number, String text) {
    @JsonProperty("length")
    int length() {
      return number;
    }
  }

  @Test
  void aValueThatJacksonCannotWriteFails() {
    assertThat(failureOfPutting(Opaque.class, new Opaque())).hasMessageContaining("Opaque");
  }

  @Test
  void aValueThatChangesInJsonFails() {
    assertThat(failureOfPutting(Lossy.class, new Lossy(7, "x"))).hasMessageContaining("changes");
  }

  @Test
  void anEntryOfMoreThanAMegabyteFailsAndTheMapIsAsBefore() {
    // Given
    int frame = "\"a\"{\"text\":\"\",\"running\":false}".length();
    String most = "x".repeat((1 << 20) - frame);
    inside(map -> map.put("a", item(most)));
    for (String tooLong : List.of(most + "x", "ä".repeat(most.length() / 6 + 1))) {
      // When
      Reaction reaction = inside(map -> map.put("a", item(tooLong)));
      // Then
      assertThat(reaction.failures())
          .singleElement()
          .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
          .hasMessageContaining("more than 1048576 bytes");
      assertThat(extension.map.entries()).containsExactly(Map.entry("a", item(most)));
    }
  }

  private static <V> Exception failureOfPutting(Class<V> type, V value) {
    class Putting implements Extension {
      @Override
      public void start(ExtensionContext context) {
        var map = context.boundedMap("m", String.class, type, TWO);
        context.process("*", (event, emission) -> map.put("k", value));
      }
    }
    return ExtensionHarness.of(Putting::new).start().send("a", "{}").failures().getFirst();
  }
}
