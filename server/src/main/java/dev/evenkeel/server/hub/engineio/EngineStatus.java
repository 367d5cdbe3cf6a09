package dev.evenkeel.server.hub.engineio;

import java.util.Map;

/**
 * How many clients are and were connected.
 *
 * @param sessions now
 * @param capacity the most sessions at a time
 * @param websockets how many of the sessions have a websocket; the others poll
 * @param waitingPolls how many of the sessions have a poll that waits for its answer
 * @param pendingBytes what was handed over for them and the network has not taken yet
 * @param opened since the start
 * @param closed since the start, by reason
 * @param refused requests since the start, by the kind of their refusal
 */
public record EngineStatus(
    int sessions,
    int capacity,
    int websockets,
    int waitingPolls,
    long pendingBytes,
    long opened,
    Map<String, Long> closed,
    Map<String, Long> refused) {}
