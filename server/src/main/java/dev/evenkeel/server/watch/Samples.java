package dev.evenkeel.server.watch;

import dev.evenkeel.server.budget.QueueState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last samples: a day of them at one a minute. */
final class Samples {

  private static final int CAPACITY = 1440;

  // Mutable state, guarded by this
  private final Deque<MemorySample> kept = new ArrayDeque<>();

  synchronized void add(MemorySample sample) {
    if (kept.size() == CAPACITY) {
      kept.removeFirst();
    }
    kept.addLast(sample);
  }

  synchronized List<MemorySample> all() {
    return List.copyOf(kept);
  }

  synchronized QueueState state() {
    return new QueueState("memory-samples", kept.size(), CAPACITY, -1, -1);
  }
}
