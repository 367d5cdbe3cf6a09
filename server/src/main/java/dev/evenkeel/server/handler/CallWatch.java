package dev.evenkeel.server.handler;

import dev.evenkeel.server.extension.CallScope;
import dev.evenkeel.server.extension.RunningExtension;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks every few milliseconds whether a call is late, and whether an extension has so many slow
 * calls that it would take the threads of the others.
 *
 * <p>While the handler is held up, because the window has been full for some time, no call and no
 * wait for an extension may take longer than {@link #PATIENCE}: everybody waits for them.
 */
final class CallWatch {

  /** A call of this age is slow. */
  private static final long SLOW = Duration.ofMillis(100).toNanos();

  /** So many slow calls of one extension at once, a quarter of the threads that there may be. */
  private static final int MOST_SLOW = 16;

  /** So long the window may be full, and then a call may take. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

  // Mutable state, lock-free
  private final Set<Call> running = ConcurrentHashMap.newKeySet();

  // Mutable state, written by the watch's thread only
  private volatile boolean heldUp;

  // Mutable state, owned by the watch's thread
  private Set<RunningExtension> crowded = Set.of();
  private long notFullAt = System.nanoTime();

  Call.Outcome run(Call call, CallScope.Body body) {
    running.add(call);
    try {
      return call.run(body);
    } finally {
      running.remove(call);
    }
  }

  /** Looks now. */
  List<Thread> look(boolean full) {
    return look(System.nanoTime(), full);
  }

  /**
   * Looks.
   *
   * @param now by {@link System#nanoTime}
   * @param full whether the window is full at this moment
   * @return the threads whose calls are late and have not returned
   */
  List<Thread> look(long now, boolean full) {
    if (!full) {
      notFullAt = now;
    }
    heldUp = now - notFullAt >= PATIENCE.toNanos();
    long longest = heldUp ? PATIENCE.toNanos() : Long.MAX_VALUE;
    var slow = new HashMap<RunningExtension, Integer>();
    var late = new ArrayList<Thread>();
    for (Call call : running) {
      if (call.checkDeadline(now, longest)) {
        late.add(call.thread());
      } else {
        weigh(call, now, slow);
      }
    }
    crowd(slow);
    return late;
  }

  /** Whether all sessions wait for room in the window. Any thread. */
  boolean isHeldUp() {
    return heldUp;
  }

  /** A slow call that computes weighs as much as all that may wait: there are few processors. */
  private void weigh(Call call, long now, Map<RunningExtension, Integer> slow) {
    boolean busy = call.busyNanos(threads) >= SLOW;
    if (busy || call.age(now) >= SLOW) {
      slow.merge(call.extension(), busy ? MOST_SLOW : 1, Integer::sum);
    }
  }

  private void crowd(Map<RunningExtension, Integer> slow) {
    var now = new HashSet<RunningExtension>();
    slow.forEach(
        (extension, weight) -> {
          if (weight >= MOST_SLOW) {
            now.add(extension);
          }
        });
    now.forEach(each -> each.setCrowded(true));
    crowded.stream().filter(each -> !now.contains(each)).forEach(each -> each.setCrowded(false));
    crowded = now;
  }
}
