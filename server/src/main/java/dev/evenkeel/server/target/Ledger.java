package dev.evenkeel.server.target;

import dev.evenkeel.server.log.Positions.Position;
import dev.evenkeel.server.target.TargetStatus.Acknowledges;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** What is noted with the places of a target that acknowledges. */
  private static final int ACKNOWLEDGES = 1;

  private final Acknowledge wanted;
  private final List<Position> places;

  // Mutable state, each for itself; the first two are written under this
  private volatile Acknowledges acknowledges;
  private volatile boolean proven;
  private final AtomicInteger witnesses = new AtomicInteger();
  private volatile long lastTaken = -1;
  private volatile Handshake handshake = Handshake.UNKNOWN;
  private volatile @Nullable String lastError;

  /**
   * @param places of all slots: that the target acknowledges is noted there, and believed after a
   *     restart, so that a target that is slow just then loses nothing
   */
  Ledger(Acknowledge wanted, List<Position> places) {
    this.wanted = wanted;
    this.places = List.copyOf(places);
    this.acknowledges =
        switch (wanted) {
          case NEVER -> Acknowledges.NO;
          case ALWAYS -> Acknowledges.UNKNOWN;
          case AUTO ->
              places.stream().anyMatch(place -> place.note() == ACKNOWLEDGES)
                  ? Acknowledges.YES
                  : Acknowledges.UNKNOWN;
        };
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
    return findsOut() && acknowledges() == Acknowledges.UNKNOWN;
  }

  /** An acknowledgement came: from now on they are waited for. */
  void acknowledged() {
    if (wanted != Acknowledge.NEVER && !proven) {
      learn(Acknowledges.YES);
    }
  }

  /** Whether the target has acknowledged something since the start, or since it was doubted. */
  boolean isProven() {
    return proven;
  }

  /**
   * A slot can tell that the target acknowledges: it has heard so since it connected, or connected
   * again only because of silence.
   */
  void gainWitness() {
    var _ = witnesses.incrementAndGet();
  }

  /** A slot cannot tell any more: who it connects to next may be another target. */
  void loseWitness() {
    var _ = witnesses.decrementAndGet();
  }

  /** Whether the target is certain to be the one that has acknowledged. */
  boolean isCertain() {
    return proven && witnesses.get() > 0;
  }

  /** Whether it is found out, and not said, if the target acknowledges. */
  boolean findsOut() {
    return wanted == Acknowledge.AUTO;
  }

  /** No acknowledgement came in time, although the connection lives. */
  void notAcknowledged() {
    learn(Acknowledges.NO);
  }

  /**
   * The target does not seem to be the one any more that acknowledged before the start, or before
   * all connections ended. Whether it acknowledges is found out again.
   */
  synchronized void doubt() {
    if (findsOut() && !isCertain() && acknowledges == Acknowledges.YES) {
      proven = false;
      acknowledges = Acknowledges.UNKNOWN;
      places.forEach(place -> place.note(0));
    }
  }

  /** One acknowledgement proves more than a silence. */
  private synchronized void learn(Acknowledges found) {
    if (found == Acknowledges.YES) {
      proven = true;
      places.forEach(place -> place.note(ACKNOWLEDGES));
    }
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
