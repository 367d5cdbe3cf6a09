package dev.evenkeel.bench.extension;

import dev.evenkeel.extension.EventFilter;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.HookEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What filters take for an event, before the agent is answered. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FilterBench {

  @Param({"none", "redact", "trim", "redact+trim"})
  public String extensions = "";

  private final Recorded recorded = new Recorded();
  private final List<EventFilter> filters = new ArrayList<>();

  @Setup
  public void start() throws Exception {
    for (Extension each : Shipped.of(extensions)) {
      each.start(new FilterContext(filters));
    }
  }

  @Benchmark
  public HookEvent filter() throws Exception {
    HookEvent event = recorded.next();
    for (EventFilter each : filters) {
      event = each.filter(event);
    }
    return event;
  }
}
