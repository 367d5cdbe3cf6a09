package dev.evenkeel.extension.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.WatchedExtension.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/**
 * What every extension has to keep, as a test class to extend:
 *
 * <pre>{@code
 * class StarterContractTest extends ExtensionContract {
 *   @Override
 *   protected Extension newExtension() {
 *     return new StarterExtension();
 *   }
 * }
 * }</pre>
 *
 * <p>It sends recorded events, hostile events and a hundred thousand made ones, and looks at what a
 * test of one's own seldom looks at: threads, memory, time, restarts. It knows nothing of what the
 * extension is for. A check that does not apply can be overridden with an empty method; say why.
 */
public abstract class ExtensionContract {

  private static final int MANY = 100_000;
  private static final int WARM_UP = 50_000;
  private static final int EVENTS_AN_ADVANCE = 1_000;

  /** What half of the many events may leave behind: less than 42 bytes for each of them. */
  private static final long MOST_GROWTH = 2L << 20;

  /** The extension's texts in an entry are cut somewhere; this is where we say they are not. */
  private static final long MOST_BYTES_AN_ENTRY = 64 << 10;

  private static final int TRIES = 3;
  private static final int RESTARTS = 8;
  private static final Duration STEP = Duration.ofMillis(10);

  /** A new extension, not started. It is asked several times. */
  protected abstract Extension newExtension();

  /** The configuration to test with, by key in kebab case; none unless this is overridden. */
  protected Map<String, String> config() {
    return Map.of();
  }

  /** The server's deadline for all filters of an event. */
  protected Duration deadlineOfFilters() {
    return Duration.ofMillis(250);
  }

  /** The server's deadline for all guards of an event. */
  protected Duration deadlineOfGuards() {
    return Duration.ofSeconds(1);
  }

  /** The server's deadline for all processors of an event, and for a task. */
  protected Duration deadlineOfProcessors() {
    return Duration.ofSeconds(10);
  }

  private Duration deadlineOf(Kind kind) {
    return switch (kind) {
      case FILTER -> deadlineOfFilters();
      case GUARD -> deadlineOfGuards();
      case PROCESSOR, TASK -> deadlineOfProcessors();
    };
  }

  private ExtensionHarness.Builder harness() {
    return ExtensionHarness.of(this::newExtension).config(config());
  }

  private static List<RecordedEvent> recorded() {
    return RecordedEvents.files().stream()
        .flatMap(file -> RecordedEvents.read(file).stream())
        .toList();
  }

  /**
   * The server finds an extension by {@code META-INF/services/dev.evenkeel.extension.Extension}.
   */
  @Test
  protected void isNamedInItsServiceFile() {
    Class<?> own = newExtension().getClass();
    assertThat(ServiceLoader.load(Extension.class, own.getClassLoader()).stream())
        .as("the classes named in META-INF/services/%s", Extension.class.getName())
        .anyMatch(provider -> provider.type().equals(own));
  }

  /** It can be stopped and started again, in the same process and without an event. */
  @Test
  protected void startsAndStopsCleanly() {
    for (int i = 0; i < TRIES; i++) {
      try (ExtensionHarness harness = harness().start()) {
        harness.advance(Duration.ofMinutes(5));
        assertThat(harness.failures()).as("what was thrown without an event").isEmpty();
        harness.restart();
      }
    }
  }

  /** What it started, it stops. */
  @Test
  protected void leavesNoThreadBehind() {
    Threads before = Threads.now();
    try (ExtensionHarness harness = harness().start()) {
      harness.replay(recorded(), STEP);
    }
    assertThat(Threads.now().leftOver(before)).as("threads that live on after stop()").isEmpty();
  }

  /** It throws nothing at what agents sent. */
  @Test
  protected void survivesEveryRecordedEvent() {
    survives(recorded());
  }

  /** It throws nothing at what agents should not send. Each comes twice. */
  @Test
  protected void survivesEveryHostileEvent() {
    var events = new ArrayList<>(HostileEvents.all());
    events.addAll(HostileEvents.all().reversed());
    survives(events);
  }

  private void survives(List<RecordedEvent> events) {
    try (ExtensionHarness harness = harness().start()) {
      for (RecordedEvent event : events) {
        Reaction reaction = harness.send(event.at(harness.clock().instant()));
        if (!reaction.failures().isEmpty()) {
          fail(
              "threw at %s: %s".formatted(reaction.event().name(), Shortened.of(event.json())),
              reaction.failures().getFirst());
        }
        harness.advance(STEP);
      }
      assertThat(harness.failures()).as("what tasks and eviction handlers threw").isEmpty();
    }
  }

  /** An event is large, and there are many: what is of use is to be copied out of it. */
  @Test
  protected void keepsNoEvent() {
    var watched = new ArrayList<WatchedExtension>();
    try (ExtensionHarness harness = watchedHarness(watched).start()) {
      watched.getFirst().rememberEvents();
      harness.replay(recorded().subList(0, Math.min(200, recorded().size())), STEP);
      assertThat(Garbage.remaining(watched.getFirst().events()))
          .as("events that are still held after their call")
          .isZero();
    }
  }

  private ExtensionHarness.Builder watchedHarness(List<WatchedExtension> made) {
    return ExtensionHarness.of(
            () -> {
              made.add(new WatchedExtension(newExtension()));
              return made.getLast();
            })
        .config(config())
        .keepingNothing();
  }

  /** Its maps stay within their limits, and it keeps nothing beside them that grows. */
  @Test
  protected void staysWithinItsMapsOverAHundredThousandEvents() {
    try (ExtensionHarness harness = harness().keepingNothing().start()) {
      sendMany(harness, 0, WARM_UP);
      long inMaps = bytesInMaps(harness);
      long before = Garbage.heapInUse();
      sendMany(harness, WARM_UP, MANY);
      long grownInMaps = Math.max(0, bytesInMaps(harness) - inMaps);
      long grown = Garbage.heapInUse() - before - 4 * grownInMaps;
      assertThat(grown)
          .as("bytes that %d events left outside of bounded maps", MANY - WARM_UP)
          .isLessThan(MOST_GROWTH);
    }
  }

  private void sendMany(ExtensionHarness harness, int from, int to) {
    for (int i = from; i < to; i++) {
      Reaction reaction = harness.send(ManyEvents.of(i, harness.clock().instant()));
      if (!reaction.failures().isEmpty()) {
        fail("threw at event " + i, reaction.failures().getFirst());
      }
      if (i % EVENTS_AN_ADVANCE == 0) {
        harness.advance(Duration.ofSeconds(10));
        checkMaps(harness, i);
      }
    }
    checkMaps(harness, to);
  }

  private static void checkMaps(ExtensionHarness harness, int events) {
    for (String map : harness.maps()) {
      int capacity = harness.limitsOf(map).capacity();
      assertThat(harness.map(map).size())
          .as("entries of the map %s after %d events", map, events)
          .isLessThanOrEqualTo(capacity);
      assertThat(harness.bytesIn(map))
          .as("bytes of the map %s after %d events, %d entries at most", map, events, capacity)
          .isLessThanOrEqualTo(MOST_BYTES_AN_ENTRY * capacity)
          .isLessThanOrEqualTo(MOST_BYTES_AN_ENTRY * Math.max(1, harness.map(map).size()));
    }
  }

  private static long bytesInMaps(ExtensionHarness harness) {
    return harness.maps().stream().mapToLong(harness::bytesIn).sum();
  }

  /**
   * No call takes longer than the server gives it. An event that is late is tried again: only what
   * is late three times in a row is slow by itself and not by what else the machine does.
   */
  @Test
  protected void meetsItsDeadline() {
    var watched = new ArrayList<WatchedExtension>();
    try (ExtensionHarness harness = watchedHarness(watched).start()) {
      var events = new ArrayList<>(recorded());
      events.addAll(HostileEvents.all());
      var line = new CallLine(watched.getFirst(), this::deadlineOf);
      for (RecordedEvent event : events) {
        String late = "";
        for (int i = 0; i < TRIES && (i == 0 || !late.isEmpty()); i++) {
          late = line.lateIn(() -> harness.send(event.at(harness.clock().instant())));
        }
        assertThat(late).as("late %d times on %s", TRIES, Shortened.of(event.json())).isEmpty();
      }
    }
  }

  /** One that was restarted in between does the same as one that was not. */
  @Test
  protected void comesBackTheSameAfterARestart() {
    List<RecordedEvent> events = recorded();
    int atATime = Math.max(1, events.size() / RESTARTS);
    try (ExtensionHarness steady = harness().start();
        ExtensionHarness restarted = harness().start()) {
      for (int i = 0; i < events.size(); i++) {
        if (i % atATime == atATime / 2) {
          restarted.restart();
        }
        Reaction expected = steady.send(events.get(i).at(steady.clock().instant()));
        Reaction found = restarted.send(events.get(i).at(restarted.clock().instant()));
        assertThat(Told.of(found))
            .as("what a restarted one does with %s", Shortened.of(events.get(i).json()))
            .isEqualTo(Told.of(expected));
        assertThat(restarted.advance(STEP)).isEqualTo(steady.advance(STEP));
      }
      restarted.restart();
      assertThat(contents(restarted)).as("the bounded maps at the end").isEqualTo(contents(steady));
    }
  }

  private static Map<String, Object> contents(ExtensionHarness harness) {
    var contents = new LinkedHashMap<String, Object>();
    for (String map : harness.maps()) {
      contents.put(map, harness.map(map).entries());
    }
    return contents;
  }

  /** A reaction as others see it. */
  private record Told(
      String event, Object derived, Object evictions, String dropped, Object answers) {
    static Told of(Reaction reaction) {
      return new Told(
          reaction.event().json() + reaction.attached(),
          reaction.derived(),
          reaction.evictions(),
          String.valueOf(reaction.dropped()),
          reaction.answers());
    }
  }
}
