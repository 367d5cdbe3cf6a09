package dev.evenkeel.server.log;

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
    /** The disk fails: it goes on from memory, and is not kept. */
    UNLOGGED,
    /** The disk fails and memory is full: it is gone. */
    LOST
  }

  /**
   * Appends an event. The future completes on the writer's thread, after the commit: what follows
   * there has to return at once.
   */
  CompletableFuture<Appended> append(HookEvent event);

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
