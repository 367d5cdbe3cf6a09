package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;

/** What the server counted itself between one start and its end. */
record Counters(
    long received,
    long accepted,
    long merged,
    long shed,
    long unlogged,
    long published,
    long dropped,
    long removed) {

  static Counters of(JsonNode status) {
    long dropped = 0;
    for (JsonNode each : status.get("dropped")) {
      dropped += each.asLong();
    }
    return new Counters(
        status.get("received").asLong(),
        status.get("accepted").asLong(),
        status.get("merged").asLong(),
        status.get("shed").asLong(),
        status.get("unlogged").asLong(),
        status.get("published").asLong(),
        dropped,
        status.at("/log/removed").asLong());
  }
}
