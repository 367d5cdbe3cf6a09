package dev.evenkeel.extensions.redact;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the operator may set.
 *
 * @param patterns own patterns, {@code name=expression}, separated by white space
 * @param except kinds that are left alone
 * @param key what markers are made with; empty for a new one at every start
 */
record RedactConfig(String patterns, List<String> except, String key) {

  /** So that a key cannot be found by trying. */
  private static final int SHORTEST_KEY = 16;

  private static final int KEY_BYTES = 32;

  RedactConfig() {
    this("", List.of(), "");
  }

  RedactConfig {
    if (!key.isEmpty() && key.length() < SHORTEST_KEY) {
      throw new IllegalArgumentException(
          "evenkeel.extensions.redact.key has %d characters; it needs at least %d"
              .formatted(key.length(), SHORTEST_KEY));
    }
    Set<String> kinds =
        Detectors.all().stream().map(Detector::kind).collect(Collectors.toCollection(TreeSet::new));
    for (String each : except) {
      if (!kinds.contains(each)) {
        throw new IllegalArgumentException(
            "evenkeel.extensions.redact.except has '%s'; the kinds are %s".formatted(each, kinds));
      }
    }
  }

  List<OwnPattern> ownPatterns() {
    var own = new ArrayList<OwnPattern>();
    var words = new StringTokenizer(patterns);
    while (words.hasMoreTokens()) {
      own.add(OwnPattern.parse(words.nextToken()));
    }
    return own;
  }

  byte[] markerKey() {
    if (!key.isEmpty()) {
      return key.getBytes(UTF_8);
    }
    var random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    return random;
  }
}
