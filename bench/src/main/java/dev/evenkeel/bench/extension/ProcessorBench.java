package dev.evenkeel.bench.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import dev.evenkeel.server.extension.CallScope;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.Registration;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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
 * What processors take for an event, behind the log: finding who wants it, calling them, and making
 * their changes of bounded maps count. {@code idle-50} are fifty that want events which never come;
 * {@code git-branch} works in the repository that this program was started in.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ProcessorBench {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String IDLE = "idle-";
  private static final String GIT_BRANCH = "git-branch";

  @Param({
    "none",
    "tools",
    "delegations",
    "prompts",
    "tools+delegations+prompts",
    "git-branch",
    "idle-50"
  })
  public String extensions = "";

  private Recorded recorded = new Recorded();
  private final Collected emission = new Collected();
  private Extensions running = start(List.of(), Map.of());

  @Setup
  public void start() {
    Map<String, Map<String, String>> settings = Map.of();
    if (extensions.equals(GIT_BRANCH)) {
      String here = Path.of("").toAbsolutePath().toString();
      settings = Map.of(GIT_BRANCH, Map.of("roots", here));
      recorded = Recorded.in(here);
    }
    running = start(extensions.startsWith(IDLE) ? idle() : Shipped.of(extensions), settings);
  }

  private static Extensions start(
      List<? extends Extension> extensions, Map<String, Map<String, String>> settings) {
    return new Extensions(
        extensions, settings, name -> List.of(), limits -> limits, Clock.systemUTC());
  }

  private List<Extension> idle() {
    return IntStream.range(0, Integer.parseInt(extensions.substring(IDLE.length())))
        .<Extension>mapToObj(Idle::new)
        .toList();
  }

  private record Idle(int number) implements Extension {
    @Override
    public String name() {
      return "idle-" + number;
    }

    @Override
    public void start(ExtensionContext context) {
      context.process("NeverComes" + number, (event, emission) -> {});
    }
  }

  @TearDown
  public void stop() {
    running.close();
  }

  @Benchmark
  public void process(Blackhole sink) throws Exception {
    HookEvent event = recorded.next();
    for (Registration.Processor each : running.processorsOf(event)) {
      var scope = new CallScope();
      emission.event = event;
      HookEvent seen = event;
      scope.run(() -> each.processor().process(seen, emission));
      sink.consume(scope.apply());
      event = event.withAttachments(emission.takeAttached());
    }
    sink.consume(event);
  }

  /** Collects as the server does. */
  private static final class Collected implements Emission {
    private @Nullable HookEvent event;
    private Map<String, JsonNode> attached = Map.of();
    private final List<ObjectNode> emitted = new ArrayList<>();

    @Override
    public void attach(String field, @Nullable Object value) {
      if (event == null || event.at(field).isMissingNode()) {
        attached = attached.isEmpty() ? new java.util.LinkedHashMap<>() : attached;
        attached.put(field, JSON.valueToTree(value));
      }
    }

    @Override
    public void emit(String name, ObjectNode data) {
      emitted.add(data.deepCopy());
    }

    @Override
    public void emit(Session session, String name, ObjectNode data) {
      emitted.add(data.deepCopy());
    }

    @Override
    public void drop(String reason) {}

    private Map<String, JsonNode> takeAttached() {
      Map<String, JsonNode> taken = attached;
      attached = Map.of();
      emitted.clear();
      return taken;
    }
  }
}
