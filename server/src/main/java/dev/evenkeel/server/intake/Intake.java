package dev.evenkeel.server.intake;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.extension.FilterChain;
import dev.evenkeel.server.guard.GuardCounters;
import dev.evenkeel.server.guard.Guards;
import dev.evenkeel.server.guard.Judgement;
import dev.evenkeel.server.log.EventLog;
import dev.evenkeel.server.log.EventLog.Appended;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes one event: reads its envelope, sheds it when memory is short, merges, asks the guards,
 * filters, appends.
 */
public final class Intake implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Intake.class.getName());

  /** The largest body, in bytes. */
  public static final int MAX_BYTES = 16 << 20;

  /**
   * Larger bodies wait for their turn on a pool: this is about what an event loop reads in 0.1 ms.
   */
  private static final int INLINE_BYTES = 64 << 10;

  /** Filters that are not shipped may block. */
  static final int FILTERS_AT_ONCE = 4;

  /** What is shed first: one event for each line on the screen, and a copy of others. */
  private static final Set<String> LEAST_VALUABLE = Set.of("MessageDisplay", "PostToolBatch");

  /** What became of an event, and what guards tell the agent: mostly nothing. */
  public sealed interface Outcome {

    /** The body of the agent's answer, in its own format; empty when there is nothing to tell. */
    String answer();

    /** It is kept, or came before, or was shed: the agent gets the same answer. */
    record Taken(Appended how, String answer) implements Outcome {
      Taken(Appended how) {
        this(how, "");
      }
    }

    /** It is the same as one that came just before, and gets the same answer. */
    record Merged(String answer) implements Outcome {
      Merged() {
        this("");
      }
    }

    /** It was passed over because memory was short, or a large body waited too long. */
    record Shed(String answer) implements Outcome {
      Shed() {
        this("");
      }
    }

    /** It is no event, or, with an answer, the server failed to keep it. */
    record Rejected(String error, String answer) implements Outcome {
      Rejected(String error) {
        this(error, "");
      }
    }
  }

  private final EventLog log;
  private final MemoryBudget budget;
  private final Clock clock;
  private final IntakeCounters counters = new IntakeCounters();
  private final LargeBodies bodies = new LargeBodies();

  /** Apart from the other: filters that are stuck must not hold up who reads large bodies. */
  private final IntakePool filtering = new IntakePool("filter-pool", FILTERS_AT_ONCE);

  private final InOrder.InAll waiting = new InOrder.InAll();
  private final Duplicates duplicates;
  private final Filters filters;
  private final DecisionFilter decisionFilter;
  private final Guards guards;

  /** An intake that is ready. It closes the guards when it is closed. */
  public Intake(
      EventLog log,
      MemoryBudget budget,
      Supplier<FilterChain> filters,
      Guards guards,
      Clock clock) {
    this(log, budget, filters, guards, clock, Ticker.systemTicker());
  }

  Intake(
      EventLog log,
      MemoryBudget budget,
      Supplier<FilterChain> filters,
      Guards guards,
      Clock clock,
      Ticker ticker) {
    this.log = log;
    this.budget = budget;
    this.clock = clock;
    this.duplicates = new Duplicates(ticker);
    this.filters = new Filters(filters, filtering, counters::withheld);
    this.decisionFilter = new DecisionFilter(new Filters(filters, filtering, () -> {}));
    this.guards = guards;
  }

  /**
   * One event that is being taken.
   *
   * @param outcome what becomes of it
   * @param placed completes when its place among the events of the log is certain, so that another
   *     that is taken then comes behind it; at the latest with the outcome, and mostly at once
   */
  public record Taking(CompletableFuture<Outcome> outcome, CompletableFuture<?> placed) {}

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
   * Takes one event, and asks no guard about it: nobody waits for an answer. The future completes
   * when it is kept, on any thread. Nothing is thrown: what goes wrong fails the future.
   *
   * @param body in UTF-8; it must not be changed afterwards
   */
  public CompletableFuture<Outcome> take(Format format, byte[] body) {
    return begin(format, body).outcome();
  }

  /**
   * Takes one event as {@link #take} does, for who keeps an order: the next one is to be begun when
   * this one is placed. Nothing is thrown.
   *
   * @param body in UTF-8; it must not be changed afterwards
   */
  public Taking begin(Format format, byte[] body) {
    var placed = new CompletableFuture<@Nullable Void>();
    CompletableFuture<Outcome> outcome = take(format, body, false, placed);
    if (!placed.isDone()) {
      var _ = outcome.whenComplete((result, failure) -> placed.complete(null));
    }
    return new Taking(outcome, placed);
  }

  /**
   * Takes one event whose agent waits for an answer, and asks the guards about it, beside the
   * filters. The future completes when the agent may be answered, on any thread. Nothing is thrown:
   * what goes wrong fails the future.
   *
   * @param body in UTF-8; it must not be changed afterwards
   */
  public CompletableFuture<Outcome> takeAndAnswer(Format format, byte[] body) {
    return take(format, body, true, new CompletableFuture<>());
  }

  private CompletableFuture<Outcome> take(
      Format format, byte[] body, boolean answered, CompletableFuture<@Nullable Void> placed) {
    counters.received();
    Instant time = clock.instant();
    if (body.length <= INLINE_BYTES) {
      return takeOrRefuse(format, body, time, answered, placed);
    }
    return bodies.take(
        body.length, () -> takeOrRefuse(format, body, time, answered, placed), this::passOver);
  }

  /** No mistake of ours leaves an event uncounted, or its sender without an answer. */
  private CompletableFuture<Outcome> takeOrRefuse(
      Format format,
      byte[] body,
      Instant time,
      boolean answered,
      CompletableFuture<@Nullable Void> placed) {
    try {
      return takeNow(format, body, time, answered, placed);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "An event cannot be taken", e);
      return CompletableFuture.completedFuture(refuse("the server failed: " + e));
    }
  }

  private CompletableFuture<Outcome> takeNow(
      Format format,
      byte[] body,
      Instant time,
      boolean answered,
      CompletableFuture<@Nullable Void> placed) {
    HookEvent event;
    try {
      event = format.read(body, time);
    } catch (MalformedEventException e) {
      return CompletableFuture.completedFuture(refuse(String.valueOf(e.getMessage())));
    } catch (RuntimeException | StackOverflowError e) {
      LOG.log(System.Logger.Level.WARNING, "An event cannot be read", e);
      return CompletableFuture.completedFuture(refuse("the server cannot read it: " + e));
    }
    if (budget.isTight() && LEAST_VALUABLE.contains(event.name())) {
      return CompletableFuture.completedFuture(passOver());
    }
    var outcome = new CompletableFuture<Outcome>();
    boolean judged = answered && guards.want(event);
    CompletableFuture<Outcome> first = duplicates.firstOf(event, judged, outcome);
    if (first != null) {
      placed.complete(null); // where the first is, or will be when it came from another sender
      return first.handle(this::sameAs);
    }
    if (judged) {
      judgeAndKeep(event, outcome);
    } else {
      keep(event, outcome, placed);
    }
    return outcome;
  }

  private void keep(
      HookEvent event,
      CompletableFuture<Outcome> outcome,
      CompletableFuture<@Nullable Void> placed) {
    try {
      var _ =
          filters
              .apply(event)
              .thenCompose(
                  kept -> {
                    CompletableFuture<Appended> appended = log.append(kept);
                    placed.complete(null);
                    return appended;
                  })
              .whenComplete((how, failure) -> finish(outcome, "", how, failure));
    } catch (RuntimeException | Error e) {
      finish(outcome, "", null, e);
    }
  }

  /**
   * The append waits for the guards, so that the event and what they said of it are one row: after
   * a crash both are there or neither. Whatever becomes of the append, the agent gets its answer.
   */
  private void judgeAndKeep(HookEvent event, CompletableFuture<Outcome> outcome) {
    CompletableFuture<Judgement> judged = guards.judge(event);
    CompletableFuture<HookEvent> filtered;
    try {
      filtered = filters.apply(event);
    } catch (RuntimeException | Error e) {
      filtered = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<HookEvent> kept = filtered;
    var _ =
        judged.whenComplete(
            (judgement, impossible) ->
                keep(event, kept, judgement == null ? Judgement.NOTHING : judgement, outcome));
  }

  private void keep(
      HookEvent event,
      CompletableFuture<HookEvent> kept,
      Judgement judgement,
      CompletableFuture<Outcome> outcome) {
    var _ =
        decisionFilter
            .apply(event, judgement.decisions())
            .thenCompose(decisions -> kept.thenCompose(it -> log.append(it, decisions)))
            .whenComplete((how, failure) -> finish(outcome, judgement.answer(), how, failure));
  }

  private void finish(
      CompletableFuture<Outcome> outcome,
      String answer,
      @Nullable Appended how,
      @Nullable Throwable failure) {
    if (how == null) {
      counters.rejected();
      Throwable cause =
          failure == null ? new IllegalStateException("no answer from the log") : failure;
      if (answer.isEmpty()) {
        outcome.completeExceptionally(cause);
      } else {
        LOG.log(System.Logger.Level.WARNING, "An event was answered and not kept", cause);
        outcome.complete(new Outcome.Rejected("the server failed to keep it", answer));
      }
    } else if (how == Appended.LOST) {
      counters.shed();
      outcome.complete(new Outcome.Shed(answer));
    } else {
      counters.accepted();
      outcome.complete(new Outcome.Taken(how, answer));
    }
  }

  /**
   * What becomes of an event that came a second time: where the first is not kept, neither is it.
   */
  private Outcome sameAs(@Nullable Outcome first, @Nullable Throwable failure) {
    if (first == null) {
      counters.rejected();
      throw new CompletionException("the first of two failed", failure);
    }
    return switch (first) {
      case Outcome.Shed same -> {
        counters.shed();
        yield same;
      }
      case Outcome.Rejected same -> {
        counters.rejected();
        yield same;
      }
      case Outcome.Taken taken -> {
        counters.merged();
        yield new Outcome.Merged(taken.answer());
      }
      case Outcome.Merged same -> {
        counters.merged();
        yield same;
      }
    };
  }

  /** A line for the events of one sender, which keep their order. */
  public InOrder line() {
    return new InOrder(this, waiting);
  }

  private Outcome refuse(String error) {
    counters.rejected();
    return new Outcome.Rejected(error);
  }

  private Outcome passOver() {
    counters.shed();
    return new Outcome.Shed();
  }

  /** Counts what came to a door and is not taken, because it is no event or too large. */
  public Outcome reject(String error) {
    counters.received();
    return refuse(error);
  }

  /** Counts what came to a door and is not taken, because there is no memory for it. */
  public Outcome shed() {
    counters.received();
    return passOver();
  }

  /** What came, and what became of it. */
  public IntakeCounters.Sums counters() {
    return counters.sums();
  }

  /** What guards were asked and said. */
  public GuardCounters.Sums guards() {
    return guards.counters();
  }

  /** Lets the threads that run filters and guards end after what they do now, and takes others. */
  public void renewThreads() {
    filtering.renew();
  }

  /** How full its queues are. */
  public List<QueueState> queues() {
    var queues =
        new ArrayList<>(
            List.of(bodies.state(), filtering.state(), duplicates.state(), waiting.state(budget)));
    queues.addAll(guards.queues());
    return queues;
  }

  @Override
  public void close() {
    bodies.close();
    filtering.close();
    guards.close();
  }
}
