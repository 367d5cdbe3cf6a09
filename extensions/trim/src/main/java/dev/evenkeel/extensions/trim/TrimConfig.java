package dev.evenkeel.extensions.trim;

import java.util.List;

/**
 * How much is kept of a string, in bytes as it stands in the JSON text.
 *
 * @param maxString of any string
 * @param fields names of fields that are long and rarely read
 * @param maxField of a string in one of these fields
 * @param maxBase64 of a string that is base64 and nothing else, an image for example
 */
record TrimConfig(int maxString, List<String> fields, int maxField, int maxBase64) {

  /** So that there is room for what a string begins with. */
  private static final int SMALLEST = 16;

  TrimConfig() {
    this(64 << 10, List.of("originalFile"), 4 << 10, 1 << 10);
  }

  TrimConfig {
    check("max-string", maxString);
    check("max-field", maxField);
    check("max-base64", maxBase64);
  }

  private static void check(String key, int bytes) {
    if (bytes < SMALLEST) {
      throw new IllegalArgumentException(
          "evenkeel.extensions.trim.%s is %d; it has to be at least %d bytes"
              .formatted(key, bytes, SMALLEST));
    }
  }

  /** No string up to this is cut. */
  int least() {
    return Math.min(maxString, Math.min(maxField, maxBase64));
  }
}
