package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;

/** Where a client of the hub writes down what reaches it. */
public interface HubListener {

  /** The name of the client. */
  String receiver();

  /** The greatest id that came; the client asks for what is behind it when it joins again. */
  long lastId();

  /** So many connections are joined now: one, or none. */
  void joined(int now);

  /** The hub said that so many events were gone before it could send them. */
  void missed(long count);

  /** An event came. */
  void received(JsonNode event);
}
