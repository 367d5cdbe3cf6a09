package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What the server says of an extension that the run gave it, since its last start.
 *
 * @param state {@code running} while nothing is wrong with it
 */
record ExtensionAccount(String name, String state, long calls, long failures) {

  private static final String RUNNING = "running";

  /** Those that came as jars. */
  static List<ExtensionAccount> ofJars(JsonNode told) {
    return told.get("extensions")
        .valueStream()
        .filter(each -> each.get("where").asText().endsWith(".jar"))
        .map(
            each ->
                new ExtensionAccount(
                    each.get("name").asText(),
                    each.get("state").asText(),
                    each.get("calls").asLong(),
                    each.get("failures").asLong()))
        .toList();
  }

  boolean isRunning() {
    return state.equals(RUNNING);
  }

  /** Whether it did its work, always. */
  boolean isGood() {
    return isRunning() && calls > 0 && failures == 0;
  }
}
