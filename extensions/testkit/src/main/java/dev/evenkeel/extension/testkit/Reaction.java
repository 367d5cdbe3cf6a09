package dev.evenkeel.extension.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an extension did with one event. What a failed call did is not in it.
 *
 * @param event the event as filtered, with what was attached to it
 * @param attached the attached fields, in the order of attachment
 * @param derived the events that processors derived from this one
 * @param evictions the events that eviction handlers emitted for entries that age took before, or
 *     capacity after the event
 * @param dropped the reason, or null when the event is kept
 * @param failures what guards, filters, processors and eviction handlers threw
 * @param answers what guards answered, in their order; those who had nothing to say are left out
 */
public record Reaction(
    HookEvent event,
    Map<String, JsonNode> attached,
    List<Derived> derived,
    List<Derived> evictions,
    @Nullable String dropped,
    List<Exception> failures,
    List<HookAnswer> answers) {

  /** The data of the derived events of this name, those of evictions not among them. */
  public List<ObjectNode> derived(String name) {
    return derived.stream().filter(d -> d.name().equals(name)).map(Derived::data).toList();
  }
}
