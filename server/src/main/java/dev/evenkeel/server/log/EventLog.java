package dev.evenkeel.server.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.budget.QueueState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What keeps the events: first as accepted, then, when they were processed, as published. One
 * process owns it.
 */
public interface EventLog extends PublishedEvents, Positions, AutoCloseable {

  /** What became of an event that was to be appended. */
  enum Appended {
    /** It is kept. */
    LOGGED,
    /** The disk fails: it goes on from memory, and is not kept. Or it has not answered in time. */
    UNLOGGED,
    /** The same, and memory is full: it is gone. Who appended it counts it as shed. */
    LOST
  }

  /** Appends an event that no guard said anything of. */
  default CompletableFuture<Appended> append(HookEvent event) {
    return append(event, List.of());
  }

  /**
   * Appends an event, and with it what guards said of it: both are kept or neither is. The future
   * completes on the writer's thread, after the commit, or, when the disk does not answer within a
   * second, on another: what follows there has to return at once.
   *
   * @param decisions the data of one {@value Publication#DECISION} event each, published after the
   *     event; not to be changed afterwards
   */
  CompletableFuture<Appended> append(HookEvent event, List<ObjectNode> decisions);

  /**
   * Whether this thread is just now telling those who appended what became of it. A group of events
   * is written at once; whoever hands the answers on can gather them, and hand all of them on when
   * {@link #onAnswered} says that the group is through.
   */
  boolean isAnswering();

  /**
   * Called on the writer's thread behind the last answer of each group. It has to return at once.
   */
  Subscription onAnswered(Runnable listener);

  /**
   * The next event that is to be processed, in the order of acceptance, or null when the log is
   * closed. Waits for one. One thread calls it.
   */
  @Nullable AcceptedEvent take() throws InterruptedException;

  /**
   * Writes what came of an event, in one transaction, after all that was handed in before.
   *
   * @param written called on the writer's thread when it is written, or, while the disk fails, is
   *     out in memory
   */
  void publish(Publication publication, Runnable written);

  /** The state that was last written, by map. */
  List<StateChange> loadState(String map);

  /** Whether the disk takes events. */
  boolean isWritable();

  /** How it is. */
  LogStatus status();

  /** How full its queues are. */
  List<QueueState> queues();

  /** Writes what was handed in, and ends. May be called twice. */
  @Override
  void close();
}
