package dev.evenkeel.server.target;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the message that breaks its connection each time it is sent, and tells it from a target
 * that breaks whatever is sent.
 *
 * <p>After a break everything that was in flight is sent one by one, so that the next break has one
 * suspect. From then on the suspect goes only behind a message that the target has taken before, as
 * a control, and after a rest: where the connection breaks before, or the control is not
 * acknowledged, the target is ill, and the suspect has not even been sent. A message is condemned
 * when the server closed {@value #MOST_CERTAIN} connections with it alone, each of which had just
 * taken another. Where that is less certain it takes {@value #MOST_UNCERTAIN}: where the connection
 * was cut, as it is when the target is killed; where the target has taken nothing at all since the
 * start, so that there is no control; and where the server did not end the connection but fell
 * silent, which it also does when it keeps what it had before and cannot keep more.
 *
 * <p>The next message to be condemned takes three times as many breaks, and so on, until the target
 * has taken one that it had not taken before: a target that knows what it has, and cannot store
 * more, acknowledges the control and breaks at whatever comes then.
 *
 * <p>Where {@value #MOST_UNANSWERED} controls in a row are not acknowledged, on connections that
 * live, the suspect is tried without: some targets pass over in silence what they have had.
 *
 * <p>What breaks a connection: the server closing it, a cut, or, where the server has acknowledged
 * other events, not acknowledging this one in time. A connection that merely falls silent, or that
 * is never let in, is no event's fault.
 *
 * <p>Where nothing is acknowledged a message is done as soon as its bytes have left, so there is
 * nothing to send again and nobody to suspect: what breaks the connection is passed over by itself,
 * along with what followed it on the wire.
 */
final class Suspects {

  private static final int MOST_CERTAIN = 3;
  private static final int MOST_UNCERTAIN = 9;
  private static final int MOST_UNANSWERED = 3;

  /** Three times as many breaks for each that was condemned in a row, but no more often than so. */
  private static final int MOST_IN_A_ROW = 8;

  private final LongSupplier taken;

  // Mutable state, owned by the slot's thread
  private long suspect = -1;
  private boolean suspectIsWord;
  private int certain;
  private int uncertain;
  private long carefulUpTo = -1;
  private long condemned = -1;
  private boolean condemnedIsWord;
  private int condemnedInARow;
  private long takenThen;
  private int unansweredControls;
  private boolean trial;

  /**
   * @param taken how many messages the target has taken that it had not taken before
   */
  Suspects(LongSupplier taken) {
    this.taken = taken;
  }

  /**
   * A connection broke, and it may be a message's fault.
   *
   * @param oldest what had waited longest, or nothing
   * @param newest what was sent last
   * @param isCertain whether the server closed the connection, which had just taken another message
   */
  void broke(@Nullable Outbound oldest, @Nullable Outbound newest, boolean isCertain) {
    sendOneByOneUpTo(newest);
    if (oldest == null || oldest != newest || oldest.isControl()) {
      return;
    }
    noteWhatWasTaken();
    if (!isSuspected(oldest)) {
      certain = 0;
      uncertain = 0;
    }
    suspect = oldest.id;
    suspectIsWord = !oldest.isEvent();
    if (isCertain) {
      certain++;
    } else {
      uncertain++;
    }
  }

  /**
   * A connection is lost, and no message is to blame.
   *
   * @param newest what was sent last, or nothing
   */
  void fellSilent(@Nullable Outbound newest) {
    sendOneByOneUpTo(newest);
  }

  /** What was held against a message holds no more: the target may be another one. */
  void forget() {
    suspect = -1;
    certain = 0;
    uncertain = 0;
    condemnedInARow = 0;
  }

  /** The target was told that events are missed: that did not break anything. */
  void tookWord() {
    if (suspectIsWord) {
      suspect = -1;
      certain = 0;
      uncertain = 0;
    }
  }

  /** A control was not acknowledged, on a connection that lives. */
  void controlUnanswered() {
    unansweredControls++;
  }

  /** A control was acknowledged. */
  void controlAnswered() {
    unansweredControls = 0;
  }

  /** Whether a control goes before the suspect on the connection that begins. */
  boolean wantControl() {
    trial = unansweredControls >= MOST_UNANSWERED;
    unansweredControls = trial ? 0 : unansweredControls;
    return !trial;
  }

  /** Whether it is the suspect, and went without a control: its silence means nothing. */
  boolean isTrial(@Nullable Outbound message) {
    return trial && message != null && isSuspected(message);
  }

  /** A message that is condemned is passed over. */
  void passedOver(Outbound message) {
    noteWhatWasTaken();
    condemnedInARow = Math.min(condemnedInARow + 1, MOST_IN_A_ROW);
    condemned = message.id;
    condemnedIsWord = !message.isEvent();
    takenThen = taken.getAsLong();
  }

  /** What was held against a message while the target took nothing new counts no more then. */
  private void noteWhatWasTaken() {
    if (condemnedInARow > 0 && taken.getAsLong() != takenThen) {
      condemnedInARow = 0;
      certain = 0;
      uncertain = 0;
    }
  }

  private void sendOneByOneUpTo(@Nullable Outbound newest) {
    if (newest != null && !newest.isControl()) {
      carefulUpTo = Math.max(carefulUpTo, newest.id);
    }
  }

  /** Whether messages are to go one by one. */
  boolean isCareful(long confirmed) {
    return confirmed < carefulUpTo;
  }

  /**
   * Whether it is this message that is suspected. The word that events are missed is the same word
   * while retention goes on, and more of them are gone.
   */
  boolean isSuspected(Outbound message) {
    if (message.isControl() || suspect < 0 || message.isEvent() == suspectIsWord) {
      return false;
    }
    return suspectIsWord || message.id == suspect;
  }

  /** Whether a message is suspected that is to be sent once more. */
  boolean isAnyone(long confirmed) {
    return confirmed < suspect && !isOver() && !isFound();
  }

  /** Whether a message has broken too many connections. */
  boolean isCondemned(Outbound message) {
    if (message.isControl()) {
      return false;
    }
    boolean before = message.id == condemned && message.isEvent() != condemnedIsWord;
    return before || (isSuspected(message) && isFound());
  }

  private boolean isOver() {
    return suspect == condemned && suspectIsWord == condemnedIsWord;
  }

  private boolean isFound() {
    noteWhatWasTaken();
    int times = 1;
    for (int i = condemnedInARow; i > 0; i--) {
      times *= 3;
    }
    return certain >= MOST_CERTAIN * times || uncertain >= MOST_UNCERTAIN * times;
  }
}
