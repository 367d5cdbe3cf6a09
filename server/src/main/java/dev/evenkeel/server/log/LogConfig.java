package dev.evenkeel.server.log;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the log is kept.
 *
 * @param file the SQLite file; its folder must exist
 * @param maxBytes what the file and its write-ahead log may take together, in bytes, at least 16 MB
 * @param maxAge how long events are kept
 * @param tailBytes how many bytes of recent events stay in memory for receivers that keep up
 */
public record LogConfig(Path file, long maxBytes, Duration maxAge, long tailBytes) {

  /** Room for the write-ahead log between checkpoints, and for the newest transactions. */
  private static final long MIN_BYTES = 16L << 20;

  /**
   * What the write-ahead log may take: what is written until two checkpoints are due, and a
   * transaction with a large event.
   */
  private static final long MAX_WAL_BYTES = 32L << 20;

  /** The share of the whole that is for the write-ahead log. */
  long walBytes() {
    return Math.min(MAX_WAL_BYTES, maxBytes / 4);
  }

  /** So much is written between checkpoints. Each stops the writer for some milliseconds. */
  long checkpointBytes() {
    return walBytes() / 4;
  }

  /**
   * So large the file of the write-ahead log stays, to be written over. Cutting it at each
   * checkpoint takes milliseconds, and to make it longer again more than to write into it.
   */
  long keptWalBytes() {
    return walBytes() / 2;
  }

  public LogConfig {
    if (maxBytes < MIN_BYTES) {
      throw new IllegalArgumentException(
          "evenkeel.log.max-bytes is " + maxBytes + "; the log needs at least " + MIN_BYTES);
    }
    if (maxAge.isNegative() || maxAge.isZero()) {
      throw new IllegalArgumentException(
          "evenkeel.log.max-age is " + maxAge + "; it has to be positive");
    }
  }
}
