package dev.evenkeel.server.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Lets what guards said pass the filters before it is kept: they saw the event unfiltered, and a
 * reason may quote it.
 */
final class DecisionFilter {

  private static final System.Logger LOG = System.getLogger(DecisionFilter.class.getName());
  private static final String TEXTS = "decisions";
  private static final List<String> FIELDS = List.of("reason", "text");

  private final Filters filters;

  /**
   * @param filters that count nothing: the event itself has its payload, or was counted
   */
  DecisionFilter(Filters filters) {
    this.filters = filters;
  }

  /** Completes with the same decisions, their texts filtered. */
  CompletableFuture<List<ObjectNode>> apply(HookEvent event, List<ObjectNode> decisions) {
    if (decisions.isEmpty() || filters.isEmpty()) {
      return CompletableFuture.completedFuture(decisions);
    }
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    ArrayNode texts = payload.putArray(TEXTS);
    for (ObjectNode decision : decisions) {
      texts.add(decision.deepCopy().retain(FIELDS));
    }
    try {
      return filters
          .apply(event.withPayload(payload))
          .thenApply(
              filtered -> {
                take(filtered.at(TEXTS), decisions);
                return decisions;
              });
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "A decision cannot be filtered; it is withheld", e);
      take(JsonNodeFactory.instance.missingNode(), decisions);
      return CompletableFuture.completedFuture(decisions);
    }
  }

  /** A text that did not come out of the filters is not kept. */
  private static void take(JsonNode filtered, List<ObjectNode> decisions) {
    for (int i = 0; i < decisions.size(); i++) {
      ObjectNode decision = decisions.get(i);
      for (String field : FIELDS) {
        JsonNode text = filtered.path(i).path(field);
        if (text.isTextual()) {
          decision.set(field, text);
        } else if (decision.has(field)) {
          decision.put(field, "[withheld]");
        }
      }
    }
  }
}
