package dev.evenkeel.soak;

/**
 * What a run may not exceed.
 *
 * @param rssBytes the most memory that the process may ever hold
 * @param rssBytesPer100k how fast that may grow, in bytes for 100,000 events
 * @param liveBytesPerEvent how fast reachable objects may grow, in bytes for an event
 * @param moreThreads how many threads more there may be at the end
 * @param connections the most joined sockets that a target may ever see
 * @param logBytes the size that the log may have, on the disk, too
 * @param window the most repeats for a connection that was replaced
 */
public record Limits(
    long rssBytes,
    long rssBytesPer100k,
    double liveBytesPerEvent,
    int moreThreads,
    int connections,
    long logBytes,
    int window) {

  /** So much more reachable objects may have in the end than in the beginning, beside a slope. */
  public static final long LIVE_STEP = 8L << 20;

  /** So many more classes: those that are loaded late, because what needs them happens rarely. */
  public static final int CLASSES_STEP = 300;

  /** So much more space of classes. */
  public static final long METASPACE_STEP = 1 << 20;

  /** The limits that the project promises. */
  public static final Limits DEFAULT = new Limits(200L << 20, 1 << 20, 8, 2, 3, 64L << 20, 64);

  /** The same with another limit for the memory of the process. */
  public Limits withRssBytes(long value) {
    return new Limits(
        value, rssBytesPer100k, liveBytesPerEvent, moreThreads, connections, logBytes, window);
  }

  /** The same with another limit for the growth of that memory. */
  public Limits withRssBytesPer100k(long value) {
    return new Limits(
        rssBytes, value, liveBytesPerEvent, moreThreads, connections, logBytes, window);
  }

  /** The same with another size of the log. */
  public Limits withLogBytes(long value) {
    return new Limits(
        rssBytes, rssBytesPer100k, liveBytesPerEvent, moreThreads, connections, value, window);
  }
}
