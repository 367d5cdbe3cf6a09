package dev.evenkeel.server.hub;

import java.util.concurrent.atomic.LongAdder;

/** What the hub has done since its start. Any thread. */
final class HubCounters {

  /** Events handed over, once for each client. */
  final LongAdder delivered = new LongAdder();

  /** Events that went by a client because it did not read. */
  final LongAdder dropped = new LongAdder();

  /** Events that a client was told are gone, once for each client. */
  final LongAdder missed = new LongAdder();

  /** Clients that were not let in. */
  final LongAdder refused = new LongAdder();

  /** Clients that were closed because they did not read. */
  final LongAdder closed = new LongAdder();
}
