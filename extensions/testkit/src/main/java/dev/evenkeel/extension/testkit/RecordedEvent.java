package dev.evenkeel.extension.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event as an agent's hook sent it once.
 *
 * @param agent who sent it
 * @param eventInAddress the event's name for agents that leave it out of the body, else null
 * @param json the payload
 */
public record RecordedEvent(String agent, @Nullable String eventInAddress, String json) {

  /**
   * The same event, coming at a time.
   *
   * @throws IllegalStateException when it is no event: then the recording is wrong
   */
  public HookEvent at(Instant time) {
    try {
      return HookEvent.read(agent, eventInAddress, json.getBytes(UTF_8), time);
    } catch (MalformedEventException e) {
      throw new IllegalStateException(e.getMessage() + ": " + json, e);
    }
  }
}
