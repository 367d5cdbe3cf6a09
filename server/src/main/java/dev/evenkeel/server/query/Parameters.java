package dev.evenkeel.server.query;

import dev.evenkeel.server.log.EventId;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What stands behind the question mark of an address: each name known, and given once. */
final class Parameters {

  private final Map<String, List<String>> given;

  private Parameters(Map<String, List<String>> given) {
    this.given = given;
  }

  static Parameters of(Map<String, List<String>> given, List<String> known)
      throws InvalidQueryException {
    for (var each : given.entrySet()) {
      if (!known.contains(each.getKey())) {
        throw new InvalidQueryException(
            "'" + each.getKey() + "' is no parameter here; there are " + new TreeSet<>(known));
      }
      if (each.getValue().size() > 1) {
        throw new InvalidQueryException("'" + each.getKey() + "' is given more than once");
      }
    }
    return new Parameters(given);
  }

  @Nullable String text(String name) {
    List<String> values = given.get(name);
    return values == null ? null : values.getFirst();
  }

  /** A text that has to have a character at least. */
  @Nullable String word(String name) throws InvalidQueryException {
    String text = text(name);
    if (text != null && text.isEmpty()) {
      throw new InvalidQueryException("'" + name + "' is empty; leave it out or give a value");
    }
    return text;
  }

  int limit(int most, int without) throws InvalidQueryException {
    String text = text("limit");
    if (text == null) {
      return without;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new InvalidQueryException("'limit' is '" + text + "'; it has to be a number");
    }
    throw new InvalidQueryException("'limit' is " + text + "; it has to be 1 to " + most);
  }

  @Nullable Long id(String name) throws InvalidQueryException {
    String text = text(name);
    if (text == null) {
      return null;
    }
    try {
      return EventId.parse(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidQueryException("'" + name + "': " + e.getMessage());
    }
  }
}
