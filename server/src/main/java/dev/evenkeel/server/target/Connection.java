package dev.evenkeel.server.target;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;

/**
 * One Socket.IO connection, from connecting to its end. It is never connected again. A message is
 * sent only while joined, and nothing is kept but in the slot's window.
 */
final class Connection implements Wire.Events {

  /** Where a connection is in its life; it only goes forward. */
  enum State {
    CONNECTING,
    JOINED,
    CLOSING,
    ENDED;

    boolean mayBecome(State next) {
      return switch (this) {
        case CONNECTING -> next != CONNECTING;
        case JOINED -> next == CLOSING || next == ENDED;
        case CLOSING -> next == ENDED;
        case ENDED -> false;
      };
    }
  }

  private final Wire wire;
  private final Bell bell;
  private final IntConsumer acknowledged;

  // Mutable state, owned by the line's thread
  private boolean told;

  // Mutable state, guarded by this
  private State state = State.CONNECTING;
  private Handshake handshake = Handshake.UNKNOWN;
  private Ending ending = Ending.closed("not ended");

  private Connection(TargetConfig target, Bell bell, IntConsumer acknowledged, LongAdder dropped) {
    this.bell = bell;
    this.acknowledged = acknowledged;
    this.wire = new Wire(target, this, dropped);
  }

  /**
   * Begins to connect.
   *
   * @param bell rung with each change, and twice a second at least while it is joined
   * @param acknowledged takes the ids of acknowledgements, on the connection's reading thread
   * @param dropped counts what came in and was not looked at
   */
  static Connection open(
      TargetConfig target,
      Network network,
      Bell bell,
      IntConsumer acknowledged,
      LongAdder dropped) {
    var connection = new Connection(target, bell, acknowledged, dropped);
    connection.wire.open(network);
    return connection;
  }

  private synchronized boolean become(State next) {
    if (!state.mayBecome(next)) {
      return false;
    }
    state = next;
    notifyAll();
    bell.ring();
    return true;
  }

  synchronized State state() {
    return state;
  }

  boolean isJoined() {
    return state() == State.JOINED;
  }

  /** What the server said when it opened, or what servers usually do. */
  synchronized Handshake handshake() {
    return handshake;
  }

  /** Sends one message. Returns false when the connection can take none any more. */
  boolean send(byte[]... parts) {
    return isJoined() && wire.send(parts);
  }

  /** How many bytes were sent and have not left yet. */
  long queuedBytes() {
    return wire.queuedBytes();
  }

  /** Waits until the server has let us in. Returns false when it did not in time, or refused. */
  boolean awaitJoined(Duration longest) throws InterruptedException {
    await(State.CONNECTING, longest);
    if (state() == State.CONNECTING) {
      end(Ending.silent("not let in within " + longest.toMillis() + " ms"));
    }
    return isJoined();
  }

  /**
   * Brings it to an end, if it has not ended: says goodbye, and waits until the server has
   * confirmed it. All it held is given back afterwards.
   *
   * @param why it is closed
   * @param longest how long to wait; a close that was not confirmed may not have been noticed
   */
  Ending close(String why, Duration longest) throws InterruptedException {
    boolean joined = isJoined();
    if (become(State.CLOSING) && joined) {
      wire.sayGoodbye();
      await(State.CLOSING, longest);
    }
    end(Ending.silent(why + "; the server did not confirm the close"));
    wire.cancel();
    return ending();
  }

  /** Ends it now; for when nobody has time. */
  void abort() {
    end(Ending.silent("given up"));
    wire.cancel();
  }

  private synchronized void await(State current, Duration longest) throws InterruptedException {
    long until = System.nanoTime() + longest.toNanos();
    long left = longest.toMillis();
    while (state == current && left > 0) {
      wait(left);
      left = (until - System.nanoTime()) / 1_000_000;
    }
  }

  private synchronized Ending ending() {
    return ending;
  }

  /** The first ending counts. */
  private synchronized void end(Ending how) {
    if (become(State.ENDED)) {
      ending = how;
    }
  }

  @Override
  public synchronized void opened(Handshake opened) {
    handshake = opened;
  }

  @Override
  public void joined() {
    become(State.JOINED);
  }

  @Override
  public void acknowledged(int id) {
    acknowledged.accept(id);
    told = true;
  }

  /** Rings once for all acknowledgements that came together. */
  @Override
  public void caughtUp() {
    if (told) {
      told = false;
      bell.ring();
    }
  }

  @Override
  public void timePassed() {
    bell.ring();
  }

  @Override
  public void ended(Ending how) {
    end(how);
  }
}
