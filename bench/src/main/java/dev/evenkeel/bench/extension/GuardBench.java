package dev.evenkeel.bench.extension;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.Registration;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What the shipped guard takes for an event, while the agent waits: its rules for destructive
 * commands and one of an operator, on all recorded events.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GuardBench {

  private static final Map<String, String> SETTINGS =
      Map.of(
          "enabled", "true",
          "rules.no-curl.tool", "Bash",
          "rules.no-curl.pattern", "^curl ",
          "rules.no-curl.reason", "Use the mirror.");

  @Param({"none", "guard"})
  public String extensions = "";

  private final Recorded recorded = new Recorded();
  private Extensions running = start("none");

  @Setup
  public void start() {
    running = start(extensions);
  }

  private static Extensions start(String extensions) {
    return new Extensions(
        Shipped.of(extensions),
        extensions.equals("guard") ? Map.of("guard", SETTINGS) : Map.of(),
        name -> List.of(),
        limits -> limits,
        Clock.systemUTC());
  }

  @TearDown
  public void stop() {
    running.close();
  }

  @Benchmark
  public void judge(Blackhole sink) throws Exception {
    HookEvent event = recorded.next();
    for (Registration.Guard each : running.guardsOf(event.name())) {
      sink.consume(each.guard().judge(event));
    }
    sink.consume(event);
  }
}
