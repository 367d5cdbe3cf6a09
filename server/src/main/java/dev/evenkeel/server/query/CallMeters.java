package dev.evenkeel.server.query;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The timers of calls, with a histogram: one for each extension, as long as it is there. */
@Singleton
public class CallMeters {

  private final ServerStatus status;
  private final MeterRegistry registry;

  // Mutable state; any thread. Bounded, as extensions are.
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();

  @Inject
  CallMeters(ServerStatus status, MeterRegistry registry) {
    this.status = status;
    this.registry = registry;
  }

  void observe(@Observes StartupEvent event) {
    status.extensions().observe(this::called);
  }

  private void called(String extension, long nanos) {
    Timer timer = timers.get(extension);
    if (timer == null) {
      timer = timers.computeIfAbsent(extension, this::timer);
    }
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(String extension) {
    return Timer.builder("evenkeel.extension.call")
        .description("How long calls of an extension take")
        .tag("extension", extension)
        .serviceLevelObjectives(
            Duration.ofNanos(100_000),
            Duration.ofMillis(1),
            Duration.ofMillis(10),
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10))
        .register(registry);
  }

  /** Removes all meters of an extension that is gone. */
  void forget(String extension) {
    timers.remove(extension);
    List<Meter> gone =
        registry.getMeters().stream()
            .filter(each -> extension.equals(each.getId().getTag("extension")))
            .toList();
    gone.forEach(registry::remove);
  }
}
