package dev.evenkeel.server.intake;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.FilterChain;
import dev.evenkeel.server.extension.Registration;
import dev.evenkeel.server.extension.RunningExtension;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the filters on an event before it is kept. Those that come with the server run at once;
 * others on a pool with a deadline. When a filter fails or is late, the event is kept without its
 * payload. What they are given and what is kept has each key once.
 */
final class Filters {

  private static final System.Logger LOG = System.getLogger(Filters.class.getName());

  /** What all filters of an event may take, where they run on the pool. */
  static final Duration DEADLINE = Duration.ofMillis(250);

  private final Supplier<FilterChain> filters;
  private final IntakePool pool;
  private final IntakeCounters counters;

  /**
   * @param filters those of now; asked for each event
   */
  Filters(Supplier<FilterChain> filters, IntakePool pool, IntakeCounters counters) {
    this.filters = filters;
    this.pool = pool;
    this.counters = counters;
  }

  /** Whether what comes is kept as it is. */
  boolean isEmpty() {
    return filters.get().filters().isEmpty();
  }

  /** Completes with what is to be kept, at once where no filter may block. */
  CompletableFuture<HookEvent> apply(HookEvent event) {
    FilterChain chain = filters.get();
    if (chain.filters().isEmpty()) {
      return CompletableFuture.completedFuture(event);
    }
    if (chain.shipped()) {
      HookEvent filtered = filter(event, chain);
      return filtered == null ? apply(event) : CompletableFuture.completedFuture(filtered);
    }
    RunningExtension stuck = stuck(chain);
    if (stuck != null) {
      return CompletableFuture.completedFuture(passOver(event, stuck));
    }
    return applyOnPool(event);
  }

  private static @Nullable RunningExtension stuck(FilterChain chain) {
    for (Registration.Filter each : chain.filters()) {
      if (each.extension().state() == RunningExtension.State.STUCK) {
        return each.extension();
      }
    }
    return null;
  }

  private HookEvent passOver(HookEvent event, RunningExtension off) {
    off.passedOver();
    String how = off.state() == RunningExtension.State.STUCK ? " is stuck" : " is paused";
    return withhold(event, "the filter of " + off.name() + how);
  }

  private CompletableFuture<HookEvent> applyOnPool(HookEvent event) {
    var run = new Run(event);
    try {
      run.deadline = pool.after(DEADLINE, run::late);
      pool.execute(run);
    } catch (RejectedExecutionException e) {
      run.finish(() -> withhold(event, "filters are overloaded"));
    }
    return run.result;
  }

  /** Returns null when the filters were exchanged meanwhile: then those of now have to do it. */
  private @Nullable HookEvent filter(HookEvent event, FilterChain chain) {
    HookEvent current;
    try {
      current = UniqueKeys.of(event);
    } catch (RuntimeException e) {
      return unreadable(event, e);
    }
    for (Registration.Filter each : chain.filters()) {
      RunningExtension extension = each.extension();
      if (!extension.enterBeside()) {
        return null;
      }
      try {
        if (!extension.admits()) {
          return passOver(event, extension);
        }
        extension.called();
        long start = System.nanoTime();
        try {
          current = call(each, current);
        } catch (Throwable e) {
          return failed(event, extension, e, System.nanoTime() - start);
        }
        extension.succeeded(System.nanoTime() - start);
      } finally {
        extension.leaveBeside();
      }
    }
    return current;
  }

  private static HookEvent call(Registration.Filter filter, HookEvent event) throws Exception {
    return requireNonNull(
        filter.extension().call(() -> filter.filter().filter(event)), "the filter returned null");
  }

  private HookEvent failed(
      HookEvent event, RunningExtension extension, Throwable failure, long nanos) {
    extension.failedAlone("a filter; the payload is withheld", failure, nanos);
    return withhold(event, "the filter of " + extension.name() + " failed");
  }

  private HookEvent unreadable(HookEvent event, RuntimeException e) {
    LOG.log(System.Logger.Level.WARNING, "A payload cannot be filtered; it is withheld", e);
    return withhold(event, "the payload cannot be filtered");
  }

  /** The event without its payload: only what names it, and why. */
  private HookEvent withhold(HookEvent event, String reason) {
    counters.withheld();
    ObjectNode rest = JsonNodeFactory.instance.objectNode();
    rest.put("session_id", event.session().id());
    rest.put("hook_event_name", event.name());
    if (event.toolUseId() != null) {
      rest.put("tool_use_id", event.toolUseId());
    }
    rest.put("withheld", reason);
    try {
      return event.withPayload(rest);
    } catch (RuntimeException e) {
      // A name with half a character in it, which JSON can spell and UTF-8 cannot.
      return event.withPayload(JsonNodeFactory.instance.objectNode().put("withheld", reason));
    }
  }

  /** Whether a call begins. */
  private enum Begin {
    BEGUN,
    OVER,
    PASSED_OVER
  }

  /** One event on the pool. */
  private final class Run implements Runnable {
    private final HookEvent event;
    private final CompletableFuture<HookEvent> result = new CompletableFuture<>();
    private volatile @Nullable Future<?> deadline;

    // Mutable state, guarded by this
    private @Nullable Thread thread;
    private @Nullable RunningExtension current;
    private boolean over;

    Run(HookEvent event) {
      this.event = event;
    }

    @Override
    public void run() {
      while (!runOnce(filters.get())) {
        // The filters were exchanged meanwhile: those of now begin again with the event as it came.
      }
    }

    /** Returns false when the filters were exchanged meanwhile. */
    private boolean runOnce(FilterChain chain) {
      RunningExtension stuck = stuck(chain);
      if (stuck != null) {
        finish(() -> passOver(event, stuck));
        return true;
      }
      HookEvent filtered;
      try {
        filtered = UniqueKeys.of(event);
      } catch (RuntimeException e) {
        finish(() -> unreadable(event, e));
        return true;
      }
      for (Registration.Filter each : chain.filters()) {
        RunningExtension extension = each.extension();
        if (!extension.enterBeside()) {
          return false;
        }
        switch (begin(extension)) {
          case OVER -> {
            return true;
          }
          case PASSED_OVER -> {
            finish(() -> passOver(event, extension));
            return true;
          }
          case BEGUN -> {}
        }
        Throwable failure = null;
        long start = System.nanoTime();
        try {
          filtered = call(each, filtered);
        } catch (Throwable e) {
          failure = e;
        }
        long nanos = System.nanoTime() - start;
        if (!end(extension, nanos)) {
          return true;
        }
        if (failure != null) {
          Throwable cause = failure;
          finish(() -> failed(event, extension, cause, nanos));
          return true;
        }
        extension.succeeded(nanos);
      }
      HookEvent kept = filtered;
      finish(() -> kept);
      return true;
    }

    /** Leaves the extension again where no call begins. */
    private synchronized Begin begin(RunningExtension extension) {
      if (over || !extension.admits()) {
        extension.leaveBeside();
        return over ? Begin.OVER : Begin.PASSED_OVER;
      }
      extension.called();
      thread = Thread.currentThread();
      current = extension;
      return Begin.BEGUN;
    }

    private synchronized boolean end(RunningExtension extension, long nanos) {
      boolean _ = Thread.interrupted();
      if (over) {
        extension.lateCallReturned(nanos);
        return false;
      }
      extension.leaveBeside();
      current = null;
      return true;
    }

    /** The first to come decides: the filters, or their deadline. */
    private void finish(Supplier<HookEvent> outcome) {
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
      }
      Future<?> timer = deadline;
      if (timer != null) {
        timer.cancel(false);
      }
      result.complete(outcome.get());
    }

    private void late() {
      String reason;
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
        RunningExtension extension = current;
        if (extension != null && thread != null) {
          extension.callIsLate("a filter; payloads are withheld until it returns");
          extension.leaveBeside();
          thread.interrupt();
        }
        reason =
            extension != null
                ? "the filter of " + extension.name() + " was late"
                : "filters are overloaded";
      }
      pool.forget(this);
      result.complete(withhold(event, reason));
    }
  }
}
