package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.extension.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Shows an event to all guards that want it, at the same time and with one deadline, and puts
 * together what they say. Those that come with the server never block and are called at once, on
 * the thread that asks; others run on threads of their own, so that a bad one costs its events the
 * deadline and nobody else anything.
 */
public final class Guards implements AutoCloseable {

  private final Function<String, List<Registration.Guard>> guardsOf;
  private final GuardConfig config;
  private final GuardCounters counters = new GuardCounters();
  private final GuardThreads threads = new GuardThreads();

  /**
   * Guards that are ready.
   *
   * @param guardsOf the guards that want events of a name, in their order; asked for each event
   */
  public Guards(Function<String, List<Registration.Guard>> guardsOf, GuardConfig config) {
    this.guardsOf = guardsOf;
    this.config = config;
  }

  /** Whether a guard wants to see this event. */
  public boolean want(HookEvent event) {
    return !guardsOf.apply(event.name()).isEmpty();
  }

  /**
   * Asks the guards. The future completes within the deadline of the event, on any thread, and
   * never fails.
   *
   * @param event as it came
   */
  public CompletableFuture<Judgement> judge(HookEvent event) {
    List<Registration.Guard> guards = guardsOf.apply(event.name());
    if (guards.isEmpty()) {
      return CompletableFuture.completedFuture(Judgement.NOTHING);
    }
    counters.judged();
    var calls = new ArrayList<GuardCall>(guards.size());
    var onThreads = new ArrayList<GuardCall>();
    for (Registration.Guard guard : guards) {
      var call = new GuardCall(guard, event, counters, gone -> successorOf(gone, event));
      calls.add(call);
      if (!guard.extension().isShipped() && begin(guard, call)) {
        onThreads.add(call);
      }
    }
    for (int i = 0; i < calls.size(); i++) {
      if (guards.get(i).extension().isShipped()) {
        calls.get(i).run();
      }
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(
            calls.stream().map(GuardCall::word).toArray(CompletableFuture<?>[]::new));
    if (!onThreads.isEmpty() && !all.isDone()) {
      watch(event, guards, calls, all);
    }
    return all.thenApply(done -> judgement(event, calls));
  }

  /** The guard in the place of one whose extension was exchanged since. */
  private Registration.@Nullable Guard successorOf(Registration.Guard gone, HookEvent event) {
    return guardsOf.apply(event.name()).stream()
        .filter(each -> each.extension() != gone.extension())
        .filter(each -> each.extension().name().equals(gone.extension().name()))
        .filter(each -> each.place() == gone.place())
        .findFirst()
        .orElse(null);
  }

  private boolean begin(Registration.Guard guard, GuardCall call) {
    if (call.isStuck()) {
      call.passOver();
      return false;
    }
    try {
      threads.execute(guard.extension(), call);
      return true;
    } catch (RejectedExecutionException e) {
      call.overloaded();
      return false;
    }
  }

  private void watch(
      HookEvent event,
      List<Registration.Guard> guards,
      List<GuardCall> calls,
      CompletableFuture<Void> all) {
    Runnable late =
        () -> {
          for (int i = 0; i < calls.size(); i++) {
            threads.forget(guards.get(i).extension(), calls.get(i));
            calls.get(i).late();
          }
        };
    try {
      Future<?> deadline = threads.after(config.deadlineOf(event.name()), late);
      var _ = all.whenComplete((done, failure) -> deadline.cancel(false));
    } catch (RejectedExecutionException e) {
      // The server stops, and nobody waits for these calls any more.
      late.run();
    }
  }

  private Judgement judgement(HookEvent event, List<GuardCall> calls) {
    List<Word> words =
        calls.stream().map(call -> call.word().join()).filter(word -> !word.saysNothing()).toList();
    if (words.isEmpty()) {
      return Judgement.NOTHING;
    }
    Ruling ruling = Ruling.of(words);
    AnswerDraft draft = AnswerFormat.draft(event, ruling);
    var decisions = new ArrayList<ObjectNode>(words.size());
    for (Word word : words) {
      Decision decision = Decision.of(word, ruling, draft);
      if (decision.undelivered() == null) {
        counters.delivered(decision.answer());
      } else if (decision.answer() != Decision.Answer.NONE) {
        counters.undelivered();
      }
      decisions.add(decision.data(event));
    }
    return new Judgement(draft.text(), decisions);
  }

  /** What they were asked and said. */
  public GuardCounters.Sums counters() {
    return counters.sums();
  }

  /** How many calls wait, by extension. */
  public List<QueueState> queues() {
    return threads.states();
  }

  @Override
  public void close() {
    threads.close();
  }
}
