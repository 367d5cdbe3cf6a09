package dev.evenkeel.server.intake;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.FilterChain;
import dev.evenkeel.server.extension.Permit;
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
 * Runs the filters on an event before it is kept. Those that come with the server run where the
 * event is brought; from the first other one on they run on a pool, where each call of another has
 * a deadline. When a filter fails or is late, the event is kept without its payload. What they are
 * given and what is kept has each key once.
 */
final class Filters {

  private static final System.Logger LOG = System.getLogger(Filters.class.getName());

  /** What one call of a filter that may block has, for each begun megabyte of the event. */
  static final Duration DEADLINE = Duration.ofMillis(250);

  /** How long an event waits for its turn on the pool. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final int MEGABYTE = 1 << 20;

  private final Supplier<FilterChain> filters;
  private final IntakePool pool;
  private final Runnable withheld;

  /**
   * @param filters those of now; asked for each event
   * @param withheld is told of each event that is kept without its payload
   */
  Filters(Supplier<FilterChain> filters, IntakePool pool, Runnable withheld) {
    this.filters = filters;
    this.pool = pool;
    this.withheld = withheld;
  }

  /** Whether what comes is kept as it is. */
  boolean isEmpty() {
    return filters.get().filters().isEmpty();
  }

  /** Completes with what is to be kept, at once where no filter may block. */
  CompletableFuture<HookEvent> apply(HookEvent event) {
    if (isEmpty()) {
      return CompletableFuture.completedFuture(event);
    }
    var run = new Run(event);
    run.start();
    return run.result;
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

  private static HookEvent call(Registration.Filter filter, HookEvent event) throws Exception {
    return requireNonNull(
        filter.extension().call(() -> filter.filter().filter(event)), "the filter returned null");
  }

  private HookEvent failed(
      HookEvent event, RunningExtension extension, Permit permit, Throwable failure, long nanos) {
    extension.failedAlone(permit, "a filter; the payload is withheld", failure, nanos);
    return withhold(event, "the filter of " + extension.name() + " failed");
  }

  private HookEvent unreadable(HookEvent event, RuntimeException e) {
    LOG.log(System.Logger.Level.WARNING, "A payload cannot be filtered; it is withheld", e);
    return withhold(event, "the payload cannot be filtered");
  }

  private HookEvent overloaded(HookEvent event) {
    return withhold(event, "filters are overloaded");
  }

  /** The event without its payload: only what names it, and why. */
  private HookEvent withhold(HookEvent event, String reason) {
    withheld.run();
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

  /** A call that may block, and the thread that makes it. */
  private static final class ForeignCall {
    private final RunningExtension extension;
    private final Permit permit;
    private final Thread thread = Thread.currentThread();

    ForeignCall(RunningExtension extension, Permit permit) {
      this.extension = extension;
      this.permit = permit;
    }
  }

  /** One event on its way through the filters. */
  private final class Run implements Runnable {
    private final HookEvent event;
    private final CompletableFuture<HookEvent> result = new CompletableFuture<>();

    // Mutable state, owned by the thread that brings the event, then by one of the pool
    private List<Registration.Filter> chain = List.of();
    private int next;
    private HookEvent current;
    private @Nullable Future<?> patience;

    // Mutable state, guarded by this
    private boolean begun;
    private @Nullable ForeignCall call;
    private boolean over;

    Run(HookEvent event) {
      this.event = event;
      this.current = event;
    }

    /** Goes as far as no filter may block. */
    void start() {
      while (enter(filters.get()) && !goOn(false)) {
        // The filters were exchanged meanwhile: those of now begin again with the event as it came.
      }
    }

    private void waitForTurn() {
      try {
        patience = pool.after(PATIENCE, this::lostPatience);
        pool.execute(this);
      } catch (RejectedExecutionException e) {
        finish(() -> overloaded(event));
      }
    }

    private void lostPatience() {
      synchronized (this) {
        if (begun || over) {
          return;
        }
        over = true;
      }
      pool.forget(this);
      result.complete(overloaded(event));
    }

    @Override
    public void run() {
      synchronized (this) {
        if (over) {
          return;
        }
        begun = true;
      }
      cancel(patience);
      while (!goOn(true) && enter(filters.get())) {
        // As above.
      }
    }

    /** Begins with these filters. Returns false when it is over then. */
    private boolean enter(FilterChain now) {
      RunningExtension stuck = now.shipped() ? null : stuck(now);
      if (stuck != null) {
        finish(() -> passOver(event, stuck));
        return false;
      }
      chain = now.filters();
      next = 0;
      try {
        current = chain.isEmpty() ? event : UniqueKeys.of(event);
        return true;
      } catch (RuntimeException e) {
        finish(() -> unreadable(event, e));
        return false;
      }
    }

    /**
     * Calls the filters that are left, or those up to the first that may block.
     *
     * @return false when the filters were exchanged meanwhile
     */
    private boolean goOn(boolean mayBlock) {
      for (; next < chain.size(); next++) {
        Registration.Filter filter = chain.get(next);
        RunningExtension extension = filter.extension();
        if (!extension.isShipped() && !mayBlock) {
          waitForTurn();
          return true;
        }
        if (!extension.enterBeside()) {
          return false;
        }
        if (!(extension.isShipped() ? callShipped(filter) : callForeign(filter))) {
          return true;
        }
      }
      HookEvent kept = current;
      finish(() -> kept);
      return true;
    }

    /**
     * It takes as long as the payload is large, and is waited for. Returns false when that is all.
     */
    private boolean callShipped(Registration.Filter filter) {
      RunningExtension extension = filter.extension();
      try {
        Permit permit = extension.admit();
        if (permit == null) {
          finish(() -> passOver(event, extension));
          return false;
        }
        extension.called();
        long start = System.nanoTime();
        try {
          current = call(filter, current);
        } catch (Throwable e) {
          finish(() -> failed(event, extension, permit, e, System.nanoTime() - start));
          return false;
        }
        extension.succeeded(permit, System.nanoTime() - start);
        return true;
      } finally {
        extension.leaveBeside();
      }
    }

    /** Returns false when that is all. */
    private boolean callForeign(Registration.Filter filter) {
      RunningExtension extension = filter.extension();
      Permit permit = extension.admit();
      if (permit == null) {
        extension.leaveBeside();
        finish(() -> passOver(event, extension));
        return false;
      }
      var mine = new ForeignCall(extension, permit);
      begin(mine);
      Future<?> deadline;
      try {
        deadline = pool.after(deadline(), () -> late(mine));
      } catch (RejectedExecutionException e) {
        extension.leaveBeside();
        finish(() -> overloaded(event));
        return false;
      }
      Throwable failure = null;
      long start = System.nanoTime();
      try {
        current = call(filter, current);
      } catch (Throwable e) {
        failure = e;
      }
      long nanos = System.nanoTime() - start;
      if (!end(extension, nanos)) {
        return false;
      }
      cancel(deadline);
      if (failure != null) {
        Throwable cause = failure;
        finish(() -> failed(event, extension, permit, cause, nanos));
        return false;
      }
      extension.succeeded(permit, nanos);
      return true;
    }

    private Duration deadline() {
      return DEADLINE.multipliedBy(1 + (event.size() - 1) / MEGABYTE);
    }

    private synchronized void begin(ForeignCall mine) {
      mine.extension.called();
      call = mine;
    }

    /** Returns false when it was late. */
    private synchronized boolean end(RunningExtension extension, long nanos) {
      boolean _ = Thread.interrupted();
      if (over) {
        extension.lateCallReturned(nanos);
        return false;
      }
      extension.leaveBeside();
      call = null;
      return true;
    }

    private void late(ForeignCall late) {
      RunningExtension extension = late.extension;
      synchronized (this) {
        if (over || late != call) {
          return;
        }
        over = true;
        extension.callIsLate(late.permit, "a filter; payloads are withheld until it returns");
        extension.leaveBeside();
        late.thread.interrupt();
      }
      result.complete(withhold(event, "the filter of " + extension.name() + " was late"));
    }

    /** The first to come decides. */
    private void finish(Supplier<HookEvent> outcome) {
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
      }
      cancel(patience);
      result.complete(outcome.get());
    }

    private static void cancel(@Nullable Future<?> timer) {
      if (timer != null) {
        timer.cancel(false);
      }
    }
  }
}
