package dev.evenkeel.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Collects what one call of a processor adds to the published events. It is written together with
 * the event, or, when the call fails, not at all.
 */
public interface Emission {

  /**
   * Adds a field to the {@code data} of the event. A field of the payload, or one that an earlier
   * processor attached, stays as it is.
   *
   * @param value anything that Jackson writes
   * @throws IllegalStateException where there is no event: in a {@link PeriodicTask} or an {@link
   *     EvictionHandler}
   */
  void attach(String field, @Nullable Object value);

  /**
   * Publishes a derived event after the event, in its session. Other processors do not see it.
   *
   * @throws IllegalStateException where there is no event; name the session then
   */
  void emit(String name, ObjectNode data);

  /** Publishes a derived event in another session. */
  void emit(Session session, String name, ObjectNode data);

  /**
   * Keeps the event from targets, dashboards and history. It is counted under the reason; what was
   * derived from it is still published.
   *
   * @param reason a few words, the same for the same cause: it becomes a counter
   * @throws IllegalStateException where there is no event
   */
  void drop(String reason);
}
