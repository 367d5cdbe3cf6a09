package dev.evenkeel.server.intake;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.Registration;
import dev.evenkeel.server.extension.RunningExtension;
import java.time.Duration;
import java.util.List;
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

  private final List<Registration.Filter> filters;
  private final boolean trusted;
  private final IntakePool pool;
  private final IntakeCounters counters;

  Filters(List<Registration.Filter> filters, IntakePool pool, IntakeCounters counters) {
    this.filters = filters;
    this.trusted = filters.stream().allMatch(each -> each.extension().isShipped());
    this.pool = pool;
    this.counters = counters;
  }

  /** Whether what comes is kept as it is. */
  boolean isEmpty() {
    return filters.isEmpty();
  }

  /** Completes with what is to be kept, at once where no filter may block. */
  CompletableFuture<HookEvent> apply(HookEvent event) {
    if (filters.isEmpty()) {
      return CompletableFuture.completedFuture(event);
    }
    if (trusted) {
      return CompletableFuture.completedFuture(filter(event));
    }
    RunningExtension stuck = stuck();
    if (stuck != null) {
      return CompletableFuture.completedFuture(passOver(event, stuck));
    }
    return applyOnPool(event);
  }

  private @Nullable RunningExtension stuck() {
    for (Registration.Filter each : filters) {
      if (each.extension().state() == RunningExtension.State.STUCK) {
        return each.extension();
      }
    }
    return null;
  }

  private HookEvent passOver(HookEvent event, RunningExtension stuck) {
    stuck.passedOver();
    return withhold(event, "the filter of " + stuck.name() + " is stuck");
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

  private HookEvent filter(HookEvent event) {
    HookEvent current;
    try {
      current = UniqueKeys.of(event);
    } catch (RuntimeException e) {
      return unreadable(event, e);
    }
    for (Registration.Filter each : filters) {
      each.extension().called();
      try {
        current = call(each, current);
      } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
        return failed(event, each, e);
      }
    }
    return current;
  }

  private static HookEvent call(Registration.Filter filter, HookEvent event) throws Exception {
    return requireNonNull(filter.filter().filter(event), "the filter returned null");
  }

  private HookEvent failed(HookEvent event, Registration.Filter filter, Throwable e) {
    filter.extension().failed();
    LOG.log(
        System.Logger.Level.WARNING,
        "The filter of " + filter.extension().name() + " failed; the payload is withheld",
        e);
    return withhold(event, "the filter of " + filter.extension().name() + " failed");
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
      RunningExtension stuck = stuck();
      if (stuck != null) {
        finish(() -> passOver(event, stuck));
        return;
      }
      HookEvent filtered;
      try {
        filtered = UniqueKeys.of(event);
      } catch (RuntimeException e) {
        finish(() -> unreadable(event, e));
        return;
      }
      for (Registration.Filter each : filters) {
        if (!begin(each.extension())) {
          return;
        }
        Throwable failure = null;
        try {
          filtered = call(each, filtered);
        } catch (Throwable e) {
          failure = e;
        }
        if (!end(each.extension())) {
          return;
        }
        if (failure != null) {
          Throwable cause = failure;
          finish(() -> failed(event, each, cause));
          return;
        }
      }
      HookEvent kept = filtered;
      finish(() -> kept);
    }

    private synchronized boolean begin(RunningExtension extension) {
      if (over) {
        return false;
      }
      extension.called();
      thread = Thread.currentThread();
      current = extension;
      return true;
    }

    private synchronized boolean end(RunningExtension extension) {
      boolean _ = Thread.interrupted();
      if (over) {
        extension.lateCallReturned();
        return false;
      }
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
          extension.failed();
          extension.callIsLate();
          thread.interrupt();
          LOG.log(
              System.Logger.Level.WARNING,
              "The filter of {0} is late and was interrupted; payloads are withheld until it"
                  + " returns.",
              extension.name());
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
