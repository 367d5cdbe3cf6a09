package dev.evenkeel.server.extension;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The last switches, each with the memory that was in use then: what an extension hoards shows as a
 * heap that grows while it runs, and falls after it went.
 */
final class SwitchHistory {

  private static final int CAPACITY = 50;

  private final Clock clock;

  // Mutable state, guarded by this
  private final Deque<Extensions.PastSwitch> last = new ArrayDeque<>(CAPACITY);

  SwitchHistory(Clock clock) {
    this.clock = clock;
  }

  synchronized void add(String extension, String what) {
    if (last.size() == CAPACITY) {
      last.removeFirst();
    }
    last.addLast(
        new Extensions.PastSwitch(
            clock.instant(),
            extension,
            what,
            heapAfterGc(),
            ManagementFactory.getClassLoadingMXBean().getLoadedClassCount()));
  }

  private static long heapAfterGc() {
    long bytes = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage after = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
      bytes += after == null ? 0 : after.getUsed();
    }
    return bytes;
  }

  synchronized List<Extensions.PastSwitch> entries() {
    return List.copyOf(last);
  }
}
