package dev.evenkeel.soak;

import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.EvenkeelServer;
import dev.evenkeel.testbed.SocketIoServer;
import java.time.Duration;
import java.util.List;

/** The run as a fault sees it, which happens in a thread of its own. */
public interface Scene {

  /** The server. Whoever kills it starts it again. */
  EvenkeelServer server();

  /**
   * The server, for a fault that {@linkplain Fault#needsProcess needs it as a process}.
   *
   * @throws IllegalStateException when it is none
   */
  default EvenkeelProcess process() {
    if (server() instanceof EvenkeelProcess process) {
      return process;
    }
    throw new IllegalStateException("the server is no process of this machine");
  }

  /** The targets of the server, in the order of their names {@code t1}, {@code t2} ... */
  List<SocketIoServer> targets();

  /** The first of them. */
  default SocketIoServer target() {
    return targets().getFirst();
  }

  /** How long the run has lasted. */
  Duration elapsed();

  /** How many events the server has accepted in this run. */
  long accepted();

  /**
   * Waits until so many more events are accepted, or no more are because a receiver is too far
   * behind: faults are timed by events, not by the clock.
   */
  void awaitAccepted(long more) throws InterruptedException;

  /**
   * Waits until the run is level again: what was accepted has arrived at every target that is not
   * excused, and at the hub's clients.
   */
  void awaitLevel() throws InterruptedException;

  /**
   * The fault is lifted now, or the last blow of several falls: from here on it is measured how
   * long it takes until all is level again, whatever the fault itself still waits for. Each fault
   * says so, and before it undoes what it did, because that takes time as well; the last word
   * counts.
   */
  void lifted();

  /** From now on what this target lacks is no loss, and nobody waits for it. */
  void excuse(SocketIoServer target);

  /** Writes a line onto the time line of the run. */
  void log(String line);
}
