package dev.evenkeel.server.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.log.EventLog.Appended;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * An event on its way to the writer, and to the answer of who brought it. The answer is given once:
 * by the writer, or, when that is late, before the event is written.
 */
final class Append {

  /** What became of one whose writer is late. */
  enum Late {
    /** It was answered before. */
    ANSWERED,
    /** It waits on, in memory that is its own. */
    WAITS,
    /** There is no memory for it: the writer will not take it. */
    WITHDRAWN
  }

  private final HookEvent event;
  private final List<ObjectNode> decisions;
  private final CompletableFuture<Appended> answer = new CompletableFuture<>();

  // Mutable state, guarded by this
  private boolean atWriter;
  private boolean answered;
  private boolean withdrawn;
  private long reserved;

  Append(HookEvent event, List<ObjectNode> decisions) {
    this.event = event;
    this.decisions = decisions;
  }

  HookEvent event() {
    return event;
  }

  List<ObjectNode> decisions() {
    return decisions;
  }

  CompletableFuture<Appended> answer() {
    return answer;
  }

  /** Of the payload and the decisions. */
  long bytes() {
    return event.size() + AcceptedEvent.bytesOf(decisions);
  }

  /** The writer takes it, from now on for good; false when it was withdrawn. */
  synchronized boolean toWriter() {
    atWriter = !withdrawn;
    return atWriter;
  }

  /**
   * Whoever brought it is to be answered now, and gives back the memory that the event has: it gets
   * its own. What the writer has already cannot be withdrawn, and stays also when there is none.
   */
  synchronized Late answerBeforeItIsWritten(MemoryBudget budget) {
    if (answered) {
      return Late.ANSWERED;
    }
    answered = true;
    long bytes = AcceptedEvent.bytesOf(event, decisions);
    if (budget.reserve(bytes)) {
      reserved = bytes;
      return Late.WAITS;
    }
    if (atWriter) {
      return Late.WAITS;
    }
    withdrawn = true;
    return Late.WITHDRAWN;
  }

  /** The writer knows what became of it; false when it was answered before. */
  synchronized boolean answerNow() {
    boolean first = !answered;
    answered = true;
    return first;
  }

  /** The writer hands it on, to who reserves for it again. */
  synchronized void giveBack(MemoryBudget budget) {
    budget.release(reserved);
    reserved = 0;
  }
}
