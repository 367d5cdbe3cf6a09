package dev.evenkeel.server.handler;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import dev.evenkeel.extension.internal.EmissionSize;
import dev.evenkeel.server.log.EventType;
import dev.evenkeel.server.log.Publication;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one call adds. It belongs to the thread of the call. */
final class CallEmission implements Emission {

  private final @Nullable HookEvent event;
  private final JsonMapper json;
  private final Thread owner = Thread.currentThread();

  // Mutable state, owned by the thread of the call
  final Map<String, JsonNode> attached = new LinkedHashMap<>();
  final List<Publication.Derived> derived = new ArrayList<>();
  @Nullable String dropReason;
  private final EmissionSize size = new EmissionSize();

  /**
   * @param json the extension's own: it remembers the classes of what it writes
   */
  CallEmission(@Nullable HookEvent event, JsonMapper json) {
    this.event = event;
    this.json = json;
  }

  @Override
  public void attach(String field, @Nullable Object value) {
    HookEvent to = event("attach");
    requireNonNull(field, "field");
    boolean taken = to.isAttached(field) || !to.at(field).isMissingNode();
    if (!taken) {
      attached.putIfAbsent(field, size.take(value, json));
    }
  }

  @Override
  public void emit(String name, ObjectNode data) {
    emit(event("emit").session(), name, data);
  }

  @Override
  public void emit(Session session, String name, ObjectNode data) {
    requireOwner();
    requireNonNull(session, "session");
    requireNonNull(name, "name");
    derived.add(
        new Publication.Derived(EventType.DERIVED, session, name, size.takeObject(data, json)));
  }

  @Override
  public void drop(String reason) {
    event("drop");
    requireNonNull(reason, "reason");
    if (dropReason == null) {
      dropReason = reason;
    }
  }

  private HookEvent event(String verb) {
    requireOwner();
    if (event == null) {
      throw new IllegalStateException("there is no event to " + verb + "; name a session");
    }
    return event;
  }

  private void requireOwner() {
    Thread current = Thread.currentThread();
    if (!current.equals(owner)) {
      throw new IllegalStateException(
          "emission used on " + current + "; the call runs on " + owner);
    }
  }
}
