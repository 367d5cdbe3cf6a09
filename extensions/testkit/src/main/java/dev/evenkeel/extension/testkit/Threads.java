package dev.evenkeel.extension.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The threads of this process at a moment. */
record Threads(Set<Thread> all) {

  /** How long a thread may take to end after it was told to. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** The virtual machine's own come and go; they belong to nobody. */
  private static final List<String> OF_THE_MACHINE =
      List.of("ForkJoinPool.commonPool-", "process reaper", "Attach Listener", "Common-Cleaner");

  static Threads now() {
    return new Threads(Thread.getAllStackTraces().keySet());
  }

  /** The names of those that were not there before and do not end by themselves soon. */
  List<String> leftOver(Threads before) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    var left = new ArrayList<String>();
    for (Thread each : all) {
      if (!before.all.contains(each) && !isOfTheMachine(each) && !ends(each, end)) {
        left.add(each.getName());
      }
    }
    return left;
  }

  private static boolean ends(Thread thread, long endNanos) {
    try {
      return thread.join(Duration.ofNanos(Math.max(1, endNanos - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean isOfTheMachine(Thread thread) {
    return OF_THE_MACHINE.stream().anyMatch(thread.getName()::startsWith);
  }
}
