package dev.evenkeel.server.extension;

import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of an extension went since the server started. It belongs to the extension's name:
 * a new version goes on with it.
 */
final class CallRecord {

  // Mutable state; any thread
  final LongAdder calls = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder passedOver = new LongAdder();
  final CallTimes times = new CallTimes();
  volatile @Nullable Failure lastFailure;

  /**
   * A call that did not count.
   *
   * @param on what it was made on
   */
  record Failure(Instant time, String on, String reason) {}
}
