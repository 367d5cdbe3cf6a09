package dev.evenkeel.extension.testkit;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EventFilter;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.PeriodicTask;
import dev.evenkeel.extension.internal.Arguments;
import java.lang.ref.WeakReference;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An extension whose calls are timed, and whose events are remembered weakly. */
final class WatchedExtension implements Extension {

  /** What is called. */
  enum Kind {
    FILTER,
    GUARD,
    PROCESSOR,
    TASK
  }

  /**
   * A call that runs, or that is over.
   *
   * @param on what it was called for, in words
   */
  record Call(Kind kind, String on, long startNanos, long endNanos) {
    Duration duration() {
      return Duration.ofNanos(endNanos - startNanos);
    }

    Duration durationSoFar() {
      return Duration.ofNanos(System.nanoTime() - startNanos);
    }
  }

  private final Extension extension;

  // Mutable state, guarded by this
  private final List<WeakReference<HookEvent>> events = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();
  private boolean remembersEvents;
  private @Nullable Call running;

  WatchedExtension(Extension extension) {
    this.extension = extension;
  }

  @Override
  public String name() {
    return extension.name();
  }

  @Override
  public void start(ExtensionContext context) throws Exception {
    extension.start(new WatchedContext(context));
  }

  @Override
  public void stop() {
    extension.stop();
  }

  synchronized void rememberEvents() {
    remembersEvents = true;
  }

  /** The events that it was shown. */
  synchronized List<WeakReference<HookEvent>> events() {
    return List.copyOf(events);
  }

  /** The call that runs now, or null. */
  synchronized @Nullable Call running() {
    return running;
  }

  /** The calls that ended since the last question. */
  synchronized List<Call> takeCalls() {
    List<Call> taken = List.copyOf(calls);
    calls.clear();
    return taken;
  }

  private synchronized void begin(Kind kind, @Nullable HookEvent event) {
    if (event != null && remembersEvents) {
      events.add(new WeakReference<>(event));
    }
    String on = event == null ? "a task" : event.toString();
    running = new Call(kind, on, System.nanoTime(), 0);
  }

  private synchronized void end() {
    Call call = running;
    if (call != null) {
      calls.add(new Call(call.kind, call.on, call.startNanos, System.nanoTime()));
    }
    running = null;
  }

  private final class WatchedContext implements ExtensionContext {
    private final ExtensionContext context;

    WatchedContext(ExtensionContext context) {
      this.context = context;
    }

    @Override
    public <C extends Record> C config(Class<C> type) {
      return context.config(type);
    }

    @Override
    public void filter(EventFilter filter) {
      Arguments.given("a filter", filter);
      context.filter(
          event -> {
            begin(Kind.FILTER, event);
            try {
              return filter.filter(event);
            } finally {
              end();
            }
          });
    }

    @Override
    public void guard(String event, HookGuard guard, FailureMode mode) {
      Arguments.given("a guard", guard);
      context.guard(
          event,
          seen -> {
            begin(Kind.GUARD, seen);
            try {
              return guard.judge(seen);
            } finally {
              end();
            }
          },
          mode);
    }

    @Override
    public void process(String event, EventProcessor processor) {
      context.process(event, watched(processor));
    }

    @Override
    public void process(EventKind kind, EventProcessor processor) {
      context.process(kind, watched(processor));
    }

    private EventProcessor watched(EventProcessor processor) {
      Arguments.given("a processor", processor);
      return (seen, emission) -> {
        begin(Kind.PROCESSOR, seen);
        try {
          processor.process(seen, emission);
        } finally {
          end();
        }
      };
    }

    @Override
    public <K, V> BoundedMap<K, V> boundedMap(
        String name, Class<K> key, Class<V> value, Limits defaults) {
      return context.boundedMap(name, key, value, defaults);
    }

    @Override
    public void every(Duration period, PeriodicTask task) {
      Arguments.given("a periodic task", task);
      context.every(
          period,
          emission -> {
            begin(Kind.TASK, null);
            try {
              task.run(emission);
            } finally {
              end();
            }
          });
    }

    @Override
    public Clock clock() {
      return context.clock();
    }
  }
}
