package dev.evenkeel.extensions.tools;

import dev.evenkeel.extension.Open;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The running calls under one key: one, or, where calls have no id, several equal ones.
 *
 * @param startedAt when each began, in milliseconds since 1970, the oldest first; at least one, at
 *     most {@value #MOST}
 */
record RunningCalls(List<Long> startedAt) implements Open {

  /** Starts whose ends never come must not pile up: with one more, the oldest is forgotten. */
  static final int MOST = 16;

  RunningCalls {
    startedAt = List.copyOf(startedAt);
  }

  static RunningCalls since(Instant start) {
    return new RunningCalls(List.of(start.toEpochMilli()));
  }

  RunningCalls and(Instant start) {
    Stream<Long> kept = startedAt.stream().skip(startedAt.size() < MOST ? 0 : 1);
    return new RunningCalls(Stream.concat(kept, Stream.of(start.toEpochMilli())).toList());
  }

  RunningCalls withoutOldest() {
    return new RunningCalls(startedAt.subList(1, startedAt.size()));
  }

  Instant oldest() {
    return Instant.ofEpochMilli(startedAt.getFirst());
  }

  @Override
  public boolean isOpen() {
    return true;
  }
}
