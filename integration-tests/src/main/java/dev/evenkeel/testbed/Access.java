package dev.evenkeel.testbed;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a server is called from this machine.
 *
 * @param token what it asks for; null where it listens for this machine alone and asks for nothing
 */
public record Access(int port, @Nullable String token) {

  private static final String[] NO_HEADERS = {};

  /** The headers of each request, as whole lines. */
  public String[] headers() {
    return token == null ? NO_HEADERS : new String[] {"Authorization: Bearer " + token};
  }

  /**
   * What a client of the hub joins with.
   *
   * @param wish what it wants to have: {@code "history":5}
   * @return a JSON object
   */
  public String auth(String wish) {
    List<String> words =
        token == null ? List.of(wish) : List.of(wish, "\"token\":\"" + token + '"');
    return '{' + String.join(",", words) + '}';
  }
}
