package dev.evenkeel.server.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class MemoryWatchTest {

  private static final long THRESHOLD = 500;
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");

  private record Alert(String name, ObjectNode data) {}

  private final List<Alert> alerts = new ArrayList<>();
  private final AtomicInteger cleanups = new AtomicInteger();
  private final AtomicInteger readings = new AtomicInteger();
  private volatile long rss;
  private Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

  private MemorySample read(Instant time) {
    readings.incrementAndGet();
    return new MemorySample(time, rss, 40, 30, 20, 10, 3);
  }

  private MemoryWatch watch(boolean autoCleanup) {
    return watch(new WatchConfig(true, Duration.ofMillis(5), THRESHOLD, autoCleanup));
  }

  private MemoryWatch watch(WatchConfig config) {
    return new MemoryWatch(
        config,
        this::read,
        (name, data) -> alerts.add(new Alert(name, data)),
        cleanups::incrementAndGet,
        clock);
  }

  private static void look(MemoryWatch watch, int times) {
    for (int i = 0; i < times; i++) {
      watch.look();
    }
  }

  @Test
  void anAlertIsGivenWhenMemoryGoesOverTheThreshold() {
    try (var watch = watch(true)) {
      rss = THRESHOLD;
      watch.look();
      assertThat(alerts).isEmpty();

      rss = THRESHOLD + 1;
      watch.look();
      assertThat(alerts).hasSize(1);
      assertThat(alerts.getFirst().name()).isEqualTo("memory_alert");
      assertThat(alerts.getFirst().data())
          .hasToString(
              "{\"time\":\"2026-05-01T10:00:00Z\",\"rssBytes\":501,\"heapUsedBytes\":40,"
                  + "\"heapAfterGcBytes\":30,\"threads\":20,\"fileDescriptors\":10,"
                  + "\"connections\":3,\"thresholdBytes\":500}");
      assertThat(cleanups).hasValue(1);
    }
  }

  @Test
  void whileMemoryStaysOverItTheAlertComesEveryTenIntervals() {
    try (var watch = watch(true)) {
      rss = THRESHOLD + 1;
      look(watch, 10);
      assertThat(alerts).hasSize(1);

      watch.look();
      assertThat(alerts).hasSize(2);

      look(watch, 9);
      assertThat(alerts).hasSize(2);
    }
  }

  @Test
  void whoWasBelowTheThresholdIsAlertedAnew() {
    try (var watch = watch(true)) {
      rss = THRESHOLD + 1;
      look(watch, 3);
      rss = THRESHOLD;
      watch.look();
      rss = THRESHOLD + 1;
      look(watch, 3);

      assertThat(alerts).hasSize(2);
    }
  }

  @Test
  void withoutAutoCleanupAnAlertOnlyTells() {
    try (var watch = watch(false)) {
      rss = THRESHOLD + 1;
      watch.look();

      assertThat(alerts).hasSize(1);
      assertThat(cleanups).hasValue(0);
    }
  }

  @Test
  void theLastDayIsKeptAndNoMore() {
    try (var watch = watch(true)) {
      for (int i = 0; i < 1500; i++) {
        rss = i % THRESHOLD;
        watch.look();
      }

      assertThat(watch.samples()).hasSize(1440);
      assertThat(watch.samples().getFirst().rssBytes()).isEqualTo(60);
      assertThat(watch.samples().getLast().rssBytes()).isEqualTo(1499 % THRESHOLD);
      assertThat(watch.queue().size()).isEqualTo(watch.queue().capacity()).isEqualTo(1440);
    }
  }

  @Test
  void whoAsksOftenGetsTheSameSample() {
    try (var watch = watch(true)) {
      MemorySample first = watch.current();
      assertThat(watch.current()).isSameAs(first);
      assertThat(readings).hasValue(1);
    }
  }

  @Test
  void whoAsksASecondLaterGetsAnotherSample() {
    var times = new AtomicInteger();
    clock =
        new Clock() {
          @Override
          public Instant instant() {
            return NOW.plusMillis(400L * times.getAndIncrement());
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    try (var watch = watch(true)) {
      var distinct = new HashSet<MemorySample>();
      for (int i = 0; i < 20; i++) {
        distinct.add(watch.current());
      }
      assertThat(distinct).hasSizeBetween(3, 10);
    }
  }

  @Test
  void samplesComeByThemselvesAndGoOnWhenOneFails() {
    var fails = new AtomicInteger();
    var watch =
        new MemoryWatch(
            new WatchConfig(true, Duration.ofMillis(5), THRESHOLD, true),
            this::read,
            (name, data) -> {
              fails.incrementAndGet();
              throw new IllegalStateException("for the test");
            },
            cleanups::incrementAndGet,
            clock);
    try (watch) {
      rss = THRESHOLD + 1;
      watch.start();
      await().until(() -> fails.get() >= 1 && watch.samples().size() >= 3);
    }
  }

  @Test
  void whatIsNotEnabledTakesNoSamplesByItself() {
    try (var watch = watch(new WatchConfig(false, Duration.ofMillis(1), THRESHOLD, true))) {
      watch.start();
      assertThat(readings).hasValue(0);
      assertThat(watch.current().connections()).isEqualTo(3);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theProbeReadsThisProcess() {
    MemorySample sample = new ProcessProbe(() -> 7).read(NOW);

    assertThat(sample.time()).isEqualTo(NOW);
    assertThat(sample.rssBytes()).isGreaterThan(10 << 20);
    assertThat(sample.heapUsedBytes()).isPositive();
    assertThat(sample.threads()).isPositive();
    assertThat(sample.fileDescriptors()).isPositive();
    assertThat(sample.connections()).isEqualTo(7);
  }

  @Test
  void aWatchThatCannotWorkIsRefusedWithItsKey() {
    assertThatThrownBy(() -> new WatchConfig(true, Duration.ZERO, 1, true))
        .hasMessageStartingWith("evenkeel.watch.interval is PT0S;");
    assertThatThrownBy(() -> new WatchConfig(true, Duration.ofSeconds(1), 0, true))
        .hasMessageStartingWith("evenkeel.watch.alert-threshold is 0;");
  }
}
