package dev.evenkeel.server.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.extension.HookEvent;
import java.util.HashSet;
import java.util.Set;

/**
 * Which kinds of event a client wants in a history: {@code event_types} of claude-mpm's clients.
 *
 * @param wanted the agents' own names ({@code PreToolUse}), the short forms ({@code pre_tool}), or
 *     these as claude-mpm writes them in one word ({@code hook.pre_tool}); empty for all
 */
public record EventTypes(Set<String> wanted) {

  /** All kinds. */
  public static final EventTypes ALL = new EventTypes(Set.of());

  private static final int MOST = 100;
  private static final int LONGEST = 512;
  private static final String FIELD = "event_types";
  private static final String HOOK = "hook.";

  public EventTypes {
    wanted = Set.copyOf(wanted);
  }

  /**
   * Reads {@code event_types}.
   *
   * @throws InvalidWishException when it is there and no array of a few texts
   */
  static EventTypes of(JsonNode given) throws InvalidWishException {
    if (given.isMissingNode() || given.isNull()) {
      return ALL;
    }
    if (!given.isArray() || given.size() > MOST) {
      throw new InvalidWishException(
          FIELD + " is an array of at most " + MOST + " names, like [\"PreToolUse\", \"stop\"]");
    }
    var names = new HashSet<String>();
    for (JsonNode each : given) {
      if (!each.isTextual() || each.textValue().isEmpty() || each.textValue().length() > LONGEST) {
        throw new InvalidWishException(
            FIELD + " holds names of 1 to " + LONGEST + " characters, and nothing else");
      }
      names.add(each.textValue());
    }
    return new EventTypes(names);
  }

  /** Whether every kind is wanted. */
  public boolean isAll() {
    return wanted.isEmpty();
  }

  /**
   * Whether events of this name are wanted.
   *
   * @param name the agent's name for an event, or its own when it is derived or from the server
   */
  public boolean matches(String name) {
    String shortForm = HookEvent.subtypeOf(name);
    return isAll()
        || wanted.contains(name)
        || wanted.contains(shortForm)
        || wanted.contains(HOOK + shortForm);
  }
}
