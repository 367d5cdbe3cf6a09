package dev.evenkeel.server.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.server.log.EventId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The events that clients send, as the hooks of claude-mpm v3.9 do.
 *
 * <p>What an Evenkeel has published is not taken in again: a target that is this server itself, or
 * two servers that are each other's targets, would send one event round without end. It is known by
 * its id, which no hook sends.
 */
final class IncomingEvents {

  private static final System.Logger LOG = System.getLogger(IncomingEvents.class.getName());

  private static final JsonMapper JSON = new JsonMapper();

  private final Inbox inbox;

  // Mutable state, lock-free
  private final AtomicBoolean told = new AtomicBoolean();

  IncomingEvents(Inbox inbox) {
    this.inbox = inbox;
  }

  /** Opens a line for a client. */
  Inbox.Line open() {
    return inbox.open();
  }

  /**
   * Takes one event.
   *
   * @param line of its client
   * @return completes on any thread: null, or why the event was not taken
   */
  CompletableFuture<@Nullable String> take(JsonNode event, Inbox.Line line) {
    if (!event.isObject()) {
      return refused("an event is one JSON object");
    }
    if (isPublished(event)) {
      if (told.compareAndSet(false, true)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "A client sends events that an Evenkeel has published already; they are not taken in."
                + " Is this server a target of itself, or of a server that is its target?");
      }
      return refused("it was published already, as " + event.get("id").textValue());
    }
    try {
      return line.take(JSON.writeValueAsBytes(event));
    } catch (JsonProcessingException e) {
      return refused("it cannot be written as JSON: " + e.getOriginalMessage());
    }
  }

  private static boolean isPublished(JsonNode event) {
    String id = event.path("id").textValue();
    return id != null
        && id.length() == EventId.LENGTH
        && id.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private CompletableFuture<@Nullable String> refused(String why) {
    inbox.reject(why);
    return CompletableFuture.completedFuture(why);
  }
}
