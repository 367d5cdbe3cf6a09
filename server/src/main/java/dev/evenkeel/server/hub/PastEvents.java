package dev.evenkeel.server.hub;

import java.util.List;

/**
 * The events that the log keeps, read backwards. It reads the disk, so it is not for event loops.
 */
public interface PastEvents {

  /**
   * The last events of a client's choice.
   *
   * @param upTo later ones are left out
   * @param types which of those that the filter lets pass
   * @param count the most events
   * @param maxBytes about how many bytes; one larger event comes alone
   * @return the oldest first, each one JSON object in UTF-8
   * @throws IllegalStateException when the log cannot be read
   */
  List<byte[]> last(long upTo, ClientFilter filter, EventTypes types, int count, int maxBytes);

  /**
   * How many events of a client's choice are kept.
   *
   * @throws IllegalStateException when the log cannot be read
   */
  long count(ClientFilter filter, EventTypes types);
}
