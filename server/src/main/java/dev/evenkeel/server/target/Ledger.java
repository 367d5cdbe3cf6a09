package dev.evenkeel.server.target;

import dev.evenkeel.server.target.TargetStatus.Acknowledges;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the slots of one target know together. Any thread may use it. */
final class Ledger {

  final LongAdder delivered = new LongAdder();
  final LongAdder redelivered = new LongAdder();
  final LongAdder undeliverable = new LongAdder();
  final LongAdder missed = new LongAdder();
  final LongAdder stubbed = new LongAdder();
  final LongAdder droppedInbound = new LongAdder();

  private final Acknowledge wanted;

  // Mutable state, each for itself; acknowledges is written under this
  private volatile Acknowledges acknowledges;
  private volatile long lastTaken = -1;
  private volatile Handshake handshake = Handshake.UNKNOWN;
  private volatile @Nullable String lastError;

  Ledger(Acknowledge wanted) {
    this.wanted = wanted;
    this.acknowledges = wanted == Acknowledge.NEVER ? Acknowledges.NO : Acknowledges.UNKNOWN;
  }

  Acknowledges acknowledges() {
    return acknowledges;
  }

  /** Whether messages ask for an acknowledgement. */
  boolean asksForAcknowledgement() {
    return wanted != Acknowledge.NEVER;
  }

  /** Whether a message is delivered when it is acknowledged, rather than when it has left. */
  boolean waitsForAcknowledgement() {
    return wanted != Acknowledge.NEVER && acknowledges() != Acknowledges.NO;
  }

  /** Whether it is still to be found out if the target acknowledges. */
  boolean isFindingOut() {
    return wanted == Acknowledge.AUTO && acknowledges() == Acknowledges.UNKNOWN;
  }

  /** An acknowledgement came: from now on they are waited for. */
  void acknowledged() {
    if (wanted != Acknowledge.NEVER && acknowledges != Acknowledges.YES) {
      learn(Acknowledges.YES);
    }
  }

  /** No acknowledgement came in time, although the connection lives. */
  void notAcknowledged() {
    learn(Acknowledges.NO);
  }

  /** One acknowledgement proves more than a silence. */
  private synchronized void learn(Acknowledges found) {
    if (found == Acknowledges.YES || acknowledges == Acknowledges.UNKNOWN) {
      acknowledges = found;
    }
  }

  /** The event that the target took last, of those since the start, or -1. */
  long lastTaken() {
    return lastTaken;
  }

  void took(long id) {
    delivered.increment();
    lastTaken = id;
  }

  /** What the target said last when it opened a session, or what servers usually do. */
  Handshake handshake() {
    return handshake;
  }

  void opened(Handshake opened) {
    if (opened.sid() != null) {
      handshake = opened;
    }
  }

  @Nullable String lastError() {
    return lastError;
  }

  void failed(String why) {
    lastError = why;
  }
}
