package dev.evenkeel.extension.testkit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import dev.evenkeel.extension.internal.EmissionSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one call adds, until the call has returned and it counts. */
final class CollectedEmission implements Emission {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final @Nullable HookEvent event;
  private final CallGuard guard;

  // Mutable state, of the call's thread
  private final Map<String, JsonNode> attached = new LinkedHashMap<>();
  private final List<Derived> derived = new ArrayList<>();
  private @Nullable String dropped;
  private final EmissionSize size = new EmissionSize();
  private boolean over;

  /**
   * @param event null in a periodic task or an eviction handler
   */
  CollectedEmission(@Nullable HookEvent event, CallGuard guard) {
    this.event = event;
    this.guard = guard;
  }

  @Override
  public void attach(String field, @Nullable Object value) {
    HookEvent to = requireEvent("attach");
    requireNonNull(field);
    if (to.at(field).isMissingNode() && !to.isAttached(field)) {
      attached.putIfAbsent(field, size.take(value, JSON));
    }
  }

  @Override
  public void emit(String name, ObjectNode data) {
    emit(requireEvent("emit without a session").session(), name, data);
  }

  @Override
  public void emit(Session session, String name, ObjectNode data) {
    requireCall();
    requireNonNull(session);
    requireNonNull(name);
    derived.add(new Derived(session, name, size.takeObject(data, JSON)));
  }

  @Override
  public void drop(String reason) {
    requireEvent("drop");
    dropped = dropped == null ? requireNonNull(reason) : dropped;
  }

  void close() {
    over = true;
  }

  Map<String, JsonNode> attached() {
    return attached;
  }

  List<Derived> derived() {
    return derived;
  }

  @Nullable String dropped() {
    return dropped;
  }

  private void requireCall() {
    if (over) {
      throw new IllegalStateException("the call is over; its emission takes nothing more");
    }
    guard.requireInside("emission used");
  }

  private HookEvent requireEvent(String what) {
    requireCall();
    if (event == null) {
      throw new IllegalStateException(
          what + ": there is no event in a periodic task or an eviction handler");
    }
    return event;
  }
}
