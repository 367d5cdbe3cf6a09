package dev.evenkeel.server.hub;

import java.util.List;

/**
 * The events that the log keeps, read backwards. It reads the disk, so it is not for event loops.
 */
public interface PastEvents {

  /**
   * The last events.
   *
   * @param events the oldest first, each one JSON object in UTF-8
   * @param tooLarge how many there are beside them that are larger than was asked for
   */
  record Last(List<byte[]> events, int tooLarge) {}

  /**
   * How much is wanted.
   *
   * @param events the most events, those included that are too large
   * @param bytes about how many bytes; one larger event comes alone
   * @param eventBytes an event with more is left out
   */
  record Limits(int events, int bytes, long eventBytes) {}

  /**
   * The last events of a client's choice.
   *
   * @param upTo later ones are left out
   * @param types which of those that the filter lets pass
   * @throws IllegalStateException when the log cannot be read
   */
  Last last(long upTo, ClientFilter filter, EventTypes types, Limits limits);

  /**
   * How many events of a client's choice are kept.
   *
   * @throws IllegalStateException when the log cannot be read
   */
  long count(ClientFilter filter, EventTypes types);
}
