package dev.evenkeel.server.intake;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.extension.FilterChain;
import dev.evenkeel.server.log.EventLog;
import dev.evenkeel.server.log.EventLog.Appended;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes one event: reads its envelope, sheds it when memory is short, merges, filters, appends. */
public final class Intake implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Intake.class.getName());

  /** The largest body, in bytes. */
  public static final int MAX_BYTES = 16 << 20;

  /** Larger bodies are read on the pool: this is about what an event loop reads in 0.1 ms. */
  private static final int INLINE_BYTES = 64 << 10;

  /** What is shed first: one event for each line on the screen, and a copy of others. */
  private static final Set<String> LEAST_VALUABLE = Set.of("MessageDisplay", "PostToolBatch");

  /** What became of an event. */
  public sealed interface Outcome {
    /** It is kept, or came before, or was shed: the agent gets the same answer. */
    record Taken(Appended how) implements Outcome {}

    /** It is the same as one that came just before. */
    record Merged() implements Outcome {}

    /** It was passed over because memory was short. */
    record Shed() implements Outcome {}

    /** It is no event. */
    record Rejected(String error) implements Outcome {}
  }

  private final EventLog log;
  private final MemoryBudget budget;
  private final Clock clock;
  private final IntakeCounters counters = new IntakeCounters();
  private final IntakePool bodies = new IntakePool("intake-pool");

  /** Apart from the other: filters that are stuck must not hold up who reads large bodies. */
  private final IntakePool filtering = new IntakePool("filter-pool");

  private final Duplicates duplicates;
  private final Filters filters;

  /** An intake that is ready. */
  public Intake(EventLog log, MemoryBudget budget, Supplier<FilterChain> filters, Clock clock) {
    this(log, budget, filters, clock, Ticker.systemTicker());
  }

  Intake(
      EventLog log,
      MemoryBudget budget,
      Supplier<FilterChain> filters,
      Clock clock,
      Ticker ticker) {
    this.log = log;
    this.budget = budget;
    this.clock = clock;
    this.duplicates = new Duplicates(ticker);
    this.filters = new Filters(filters, filtering, counters);
  }

  /** How a body is read as an event. */
  @FunctionalInterface
  public interface Format {
    HookEvent read(byte[] body, Instant time) throws MalformedEventException;
  }

  /** One event as an agent sends it. */
  public static Format of(String agent, @Nullable String eventInAddress) {
    return (body, time) -> HookEvent.read(agent, eventInAddress, body, time);
  }

  /** One event in the envelope of claude-mpm's hooks. */
  public static Format ofMpm() {
    return MpmEnvelope::read;
  }

  /**
   * Takes one event. The future completes when the agent may be answered, on any thread. Nothing is
   * thrown: what goes wrong fails the future.
   *
   * @param body in UTF-8; it must not be changed afterwards
   */
  public CompletableFuture<Outcome> take(Format format, byte[] body) {
    Instant time = clock.instant();
    if (body.length <= INLINE_BYTES) {
      return takeNow(format, body, time);
    }
    var outcome = new CompletableFuture<Outcome>();
    try {
      bodies.execute(() -> takeInto(outcome, format, body, time));
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(shed());
    }
    return outcome;
  }

  private void takeInto(
      CompletableFuture<Outcome> outcome, Format format, byte[] body, Instant time) {
    var _ =
        takeNow(format, body, time)
            .whenComplete(
                (result, failure) -> {
                  if (failure == null) {
                    outcome.complete(result);
                  } else {
                    outcome.completeExceptionally(failure);
                  }
                });
  }

  private CompletableFuture<Outcome> takeNow(Format format, byte[] body, Instant time) {
    HookEvent event;
    try {
      event = format.read(body, time);
    } catch (MalformedEventException e) {
      return CompletableFuture.completedFuture(reject(String.valueOf(e.getMessage())));
    } catch (RuntimeException | StackOverflowError e) {
      LOG.log(System.Logger.Level.WARNING, "An event cannot be read", e);
      return CompletableFuture.completedFuture(reject("the server cannot read it: " + e));
    }
    if (budget.isTight() && LEAST_VALUABLE.contains(event.name())) {
      return CompletableFuture.completedFuture(shed());
    }
    var outcome = new CompletableFuture<Outcome>();
    CompletableFuture<Outcome> first = duplicates.firstOf(event, outcome);
    if (first != null) {
      return first.handle(this::sameAs);
    }
    try {
      var _ =
          filters
              .apply(event)
              .thenCompose(log::append)
              .whenComplete((how, failure) -> finish(outcome, how, failure));
    } catch (RuntimeException | Error e) {
      finish(outcome, null, e);
    }
    return outcome;
  }

  private void finish(
      CompletableFuture<Outcome> outcome, @Nullable Appended how, @Nullable Throwable failure) {
    if (how == null) {
      counters.rejected();
      outcome.completeExceptionally(
          failure == null ? new IllegalStateException("no answer from the log") : failure);
    } else if (how == Appended.LOST) {
      outcome.complete(shed());
    } else {
      counters.accepted();
      outcome.complete(new Outcome.Taken(how));
    }
  }

  /**
   * What becomes of an event that came a second time: where the first is not kept, neither is it.
   */
  private Outcome sameAs(@Nullable Outcome first, @Nullable Throwable failure) {
    if (failure != null) {
      counters.rejected();
      throw new CompletionException(failure);
    }
    if (first instanceof Outcome.Shed) {
      return shed();
    }
    counters.merged();
    return new Outcome.Merged();
  }

  /** Counts an event that is none, or too large. */
  public Outcome reject(String error) {
    counters.rejected();
    return new Outcome.Rejected(error);
  }

  /** Counts an event for which there is no memory. */
  public Outcome shed() {
    counters.shed();
    return new Outcome.Shed();
  }

  /** What came, and what became of it. */
  public IntakeCounters.Sums counters() {
    return counters.sums();
  }

  /** Lets the threads that run filters end after what they do now, and takes others. */
  public void renewThreads() {
    filtering.renew();
  }

  /** How full its queues are. */
  public List<QueueState> queues() {
    return List.of(bodies.state(), filtering.state(), duplicates.state());
  }

  @Override
  public void close() {
    bodies.close();
    filtering.close();
  }
}
