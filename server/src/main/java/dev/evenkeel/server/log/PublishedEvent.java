package dev.evenkeel.server.log;

import dev.evenkeel.extension.Session;

/**
 * An event as all receivers get it, encoded once.
 *
 * @param id its place in the order of publication
 * @param lane where its session belongs, 0 to {@value Lanes#COUNT} - 1: the unit in which receivers
 *     share out sessions without breaking their order
 * @param name the agent's name for it, or its own when it is derived or from the server
 * @param session whose it is
 * @param json the whole event as one JSON object in UTF-8; not to be changed
 */
public record PublishedEvent(long id, int lane, String name, Session session, byte[] json) {

  /** How many bytes it takes on the wire, without the protocol around it. */
  public int size() {
    return json.length;
  }
}
