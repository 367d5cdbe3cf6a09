package dev.evenkeel.server.intake;

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
import org.jspecify.annotations.Nullable;

/**
 * Runs the filters on an event before it is kept. Those that come with the server run at once;
 * others on a pool with a deadline. When a filter fails or is late, the event is kept without its
 * payload.
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
      return CompletableFuture.completedFuture(
          withhold(event, "the filter of " + stuck.name() + " is stuck"));
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

  private CompletableFuture<HookEvent> applyOnPool(HookEvent event) {
    var run = new Run(event);
    Future<?> task;
    try {
      task = pool.submit(run);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(withhold(event, "filters are overloaded"));
    }
    pool.after(DEADLINE, () -> run.late(task));
    return run.result;
  }

  private HookEvent filter(HookEvent event) {
    HookEvent current = event;
    for (Registration.Filter each : filters) {
      each.extension().called();
      try {
        current = each.filter().filter(current);
      } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
        return failed(event, each, e);
      }
    }
    return current;
  }

  private HookEvent failed(HookEvent event, Registration.Filter filter, Throwable e) {
    filter.extension().failed();
    LOG.log(
        System.Logger.Level.WARNING,
        "The filter of " + filter.extension().name() + " failed; the payload is withheld",
        e);
    return withhold(event, "the filter of " + filter.extension().name() + " failed");
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
    return event.withPayload(rest);
  }

  /** One event on the pool. */
  private final class Run implements Runnable {
    private final HookEvent event;
    private final CompletableFuture<HookEvent> result = new CompletableFuture<>();

    // Mutable state, guarded by this
    private @Nullable RunningExtension current;
    private boolean over;
    private boolean started;

    Run(HookEvent event) {
      this.event = event;
    }

    @Override
    public void run() {
      HookEvent filtered = event;
      for (Registration.Filter each : filters) {
        if (!begin(each.extension())) {
          return;
        }
        try {
          filtered = each.filter().filter(filtered);
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
          if (end(each.extension())) {
            result.complete(failed(event, each, e));
          }
          return;
        }
        if (!end(each.extension())) {
          return;
        }
      }
      result.complete(filtered);
    }

    private synchronized boolean begin(RunningExtension extension) {
      started = true;
      if (over) {
        return false;
      }
      extension.called();
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

    private void late(Future<?> task) {
      String reason;
      synchronized (this) {
        if (result.isDone() || over) {
          return;
        }
        over = true;
        RunningExtension extension = current;
        if (extension != null) {
          extension.failed();
          extension.callIsLate();
          task.cancel(true);
        }
        reason =
            extension != null
                ? "the filter of " + extension.name() + " was late"
                : started ? "a filter was late" : "filters are overloaded";
      }
      LOG.log(System.Logger.Level.WARNING, "A payload is withheld: {0}", reason);
      result.complete(withhold(event, reason));
    }
  }
}
