package dev.evenkeel.server.log;

import java.util.List;

/** What receivers read: the published events, from memory where they are recent, else from disk. */
public interface PublishedEvents {

  /**
   * What stands at one place of the order.
   *
   * @param events in the order of publication
   * @param upTo the place to go on from: everything of these lanes up to here is in {@code events}
   * @param missed how many events after the place that was asked for are gone for good
   */
  record Page(List<PublishedEvent> events, long upTo, long missed) {}

  /**
   * Reads on from a place. It may read the disk, so it is not for event loops.
   *
   * @param after the id of the last event that the reader knows
   * @param lanes whose events; those of other lanes are passed over
   * @param maxEvents the most events, at least 1
   * @param maxBytes about how many bytes; one larger event comes alone
   * @return an empty page whose {@code upTo} is {@link #newest} or {@code after} when there is
   *     nothing more
   */
  Page after(long after, Lanes lanes, int maxEvents, int maxBytes);

  /** The id of the newest event, or the place before the first. */
  long newest();

  /**
   * Up to this id all is on disk that is not gone; {@link #newest} but while the disk fails. What
   * was published behind it is read with {@link #after}.
   */
  default long newestKept() {
    return newest();
  }

  /**
   * Calls the listener after events were published, on the writer's thread: it has to return at
   * once and only wake somebody. It is not called for what was published before.
   */
  Subscription onPublished(Runnable listener);

  /** Ends the calls. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
