package dev.evenkeel.server.watch;

import java.time.Instant;

/** Takes a sample. */
@FunctionalInterface
public interface MemoryProbe {

  /** A sample of now, which is to carry this time. */
  MemorySample read(Instant time);
}
