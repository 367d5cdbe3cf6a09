package dev.evenkeel.server.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.log.PublishedEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which events a client wants; null where it does not matter.
 *
 * @param session the agent's id of the session
 * @param name the agent's name for the event, or its own when it is derived or from the server
 */
public record ClientFilter(@Nullable String session, @Nullable String name) {

  /** All events. */
  public static final ClientFilter ALL = new ClientFilter(null, null);

  private static final String SESSION = "session";
  private static final String NAME = "name";
  private static final int LONGEST = 512;

  /**
   * Reads the fields {@code session} and {@code name}; other fields are not looked at.
   *
   * @param where what the fields belong to, for the message
   * @throws InvalidWishException when one of them is no text, empty or too long
   */
  static ClientFilter of(JsonNode given, String where) throws InvalidWishException {
    return new ClientFilter(text(given, SESSION, where), text(given, NAME, where));
  }

  /**
   * Reads an object that is a filter and nothing else.
   *
   * @throws InvalidWishException when it is none
   */
  static ClientFilter only(JsonNode given) throws InvalidWishException {
    if (!given.isObject()) {
      throw new InvalidWishException(
          "a filter is one object like {\"session\": \"s1\", \"name\": \"PreToolUse\"}; {} is for"
              + " all events");
    }
    for (Map.Entry<String, JsonNode> field : given.properties()) {
      if (!field.getKey().equals(SESSION) && !field.getKey().equals(NAME)) {
        throw new InvalidWishException(
            "a filter has no '" + field.getKey() + "'; it has 'session' and 'name'");
      }
    }
    return of(given, "filter");
  }

  private static @Nullable String text(JsonNode given, String field, String where)
      throws InvalidWishException {
    JsonNode value = given.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new InvalidWishException(
          where + "." + field + " is " + value + "; it is a text, or left out to see all");
    }
    if (value.textValue().length() > LONGEST) {
      throw new InvalidWishException(
          where + "." + field + " has more than " + LONGEST + " characters");
    }
    return value.textValue();
  }

  boolean isEmpty() {
    return session == null && name == null;
  }

  boolean matches(PublishedEvent event) {
    return matches(event.session().id(), event.name());
  }

  boolean matches(String ofSession, String called) {
    return (session == null || session.equals(ofSession)) && (name == null || name.equals(called));
  }
}
