package dev.evenkeel.server.extension;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is configured for one extension: the server's own keys, and those that go to the extension.
 *
 * @param enabled whether it may run; null when nothing is said
 * @param required whether the server must not start without it
 * @param rest for the extension
 */
record OwnSettings(@Nullable Boolean enabled, boolean required, Map<String, String> rest) {

  static final String ENABLED = "enabled";
  static final String REQUIRED = "required";

  /**
   * @throws IllegalArgumentException when one of the server's keys is neither true nor false
   */
  static OwnSettings of(String extension, Map<String, String> all) {
    var rest = new HashMap<>(all);
    Boolean enabled = flag(extension, ENABLED, rest.remove(ENABLED));
    Boolean required = flag(extension, REQUIRED, rest.remove(REQUIRED));
    return new OwnSettings(enabled, Boolean.TRUE.equals(required), Map.copyOf(rest));
  }

  private static @Nullable Boolean flag(String extension, String key, @Nullable String text) {
    if (text == null) {
      return null;
    }
    return switch (text.strip()) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "evenkeel.extensions."
                  + extension
                  + "."
                  + key
                  + " is '"
                  + text
                  + "'; it is true or false");
    };
  }
}
