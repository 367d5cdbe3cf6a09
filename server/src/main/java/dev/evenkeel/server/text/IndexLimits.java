package dev.evenkeel.server.text;

/**
 * How large the index may become.
 *
 * @param maxBytes of its file and write-ahead log; where the words would take more, the oldest
 *     events are no longer found by their text
 * @param partEvents how many events make a part full
 * @param partBytes how many bytes of events make a part full
 */
public record IndexLimits(long maxBytes, int partEvents, long partBytes) {

  private static final int PART_EVENTS = 16_384;

  /** Retention frees the index's bytes part by part: this is how exact that is. */
  private static final int PARTS = 32;

  /** What the index usually takes is an eighth of the events. */
  private static final int SHARE = 3;

  /** No index at all. */
  public static final IndexLimits OFF = new IndexLimits(0, 1, 1);

  /** What the index may take of a log. */
  public static IndexLimits of(long logBytes) {
    return new IndexLimits(logBytes / SHARE, PART_EVENTS, logBytes / PARTS);
  }
}
