package dev.evenkeel.soak.fault;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.soak.HubListener;

/** What reached a client of the hub. It asks for what it lacks, so nothing may come twice. */
final class HubArrivals extends Arrivals implements HubListener {

  /** As a receiver. */
  static final String NAME = "hub client";

  // Mutable state, guarded by this
  private long lastId;

  /** A client that wants what is behind this id. */
  HubArrivals(long after) {
    super(1, 0);
    lastId = after;
  }

  @Override
  public String receiver() {
    return NAME;
  }

  @Override
  public synchronized long lastId() {
    return lastId;
  }

  @Override
  public void joined(int now) {
    nowJoined(now);
  }

  @Override
  public void missed(long count) {
    wasToldThatItMissed(count);
  }

  @Override
  public synchronized void received(JsonNode event) {
    lastId = Math.max(lastId, event.get("id").asLong());
    arrived(
        event.get("id").asText(),
        event.path("source").asText() + '/' + event.path("session_id").asText(),
        event.at("/data/soak").asText());
  }
}
