package dev.evenkeel.extensions.redact;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import dev.evenkeel.extensions.redact.SecretNames.Meaning;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the secrets in an event's payload. Everything else stays as it came, byte for byte; an
 * event without a secret is given back itself.
 */
final class Redactor {

  /** Shorter strings hold no secret that could be told by its form. */
  private static final int SHORTEST = 8;

  /** What is to stand in the place of some bytes of the payload. */
  private record Replacement(int from, int to, byte[] marker) {}

  private final Scanner scanner;
  private final Markers markers;

  Redactor(Scanner scanner, Markers markers) {
    this.scanner = scanner;
    this.markers = markers;
  }

  HookEvent redact(HookEvent event) throws MalformedEventException {
    byte[] payload = new byte[event.size()];
    event.utf8().get(payload);
    List<Replacement> replacements = replacementsIn(payload);
    return replacements.isEmpty() ? event : event.withPayload(replace(payload, replacements));
  }

  private List<Replacement> replacementsIn(byte[] payload) {
    var strings = new Strings(payload);
    var replacements = new ArrayList<Replacement>();
    var lines = new PrivateKeyLines();
    @Nullable Meaning ofKey = null;
    while (strings.next()) {
      if (strings.isKey()) {
        ofKey = meaningOfKey(strings, replacements);
      } else {
        List<Finding> found = findIn(strings, ofKey);
        addAll(strings, withLineOfKey(strings, lines, found), replacements);
        ofKey = null;
      }
    }
    return replacements;
  }

  private @Nullable Meaning meaningOfKey(Strings strings, List<Replacement> replacements) {
    Text key = strings.text();
    if (key.to() - key.from() >= SHORTEST) {
      addAll(strings, scanner.findIn(key), replacements);
    }
    return SecretNames.meaningOf(key, key.from(), key.to());
  }

  private List<Finding> findIn(Strings strings, @Nullable Meaning ofKey) {
    if (ofKey == null && strings.end() - strings.start() < SHORTEST) {
      return List.of();
    }
    Text text = strings.text();
    List<Finding> found = scanner.findIn(text);
    Finding keyed = ofKey == null ? null : KeyedValue.in(text, ofKey);
    if (keyed == null) {
      return found;
    }
    Finding all = keyed;
    for (Finding each : found) {
      all = all.with(each);
    }
    return List.of(all);
  }

  private List<Finding> withLineOfKey(Strings strings, PrivateKeyLines lines, List<Finding> found) {
    if (!scanner.findsPrivateKeys() || !strings.isElement()) {
      return found;
    }
    Finding line = lines.next(strings.text(), strings.followsElement());
    if (line == null) {
      return found;
    }
    var all = new ArrayList<Finding>(found);
    all.add(line);
    return Scanner.withoutOverlaps(all);
  }

  private void addAll(Strings strings, List<Finding> found, List<Replacement> replacements) {
    if (found.isEmpty()) {
      return;
    }
    Text text = strings.text();
    Strings.Places places = strings.places();
    for (Finding each : found) {
      int from = places.of(each.from());
      int to = places.of(each.to());
      replacements.add(new Replacement(from, to, markers.of(text, each).getBytes(US_ASCII)));
    }
  }

  private static byte[] replace(byte[] payload, List<Replacement> replacements) {
    int length = payload.length;
    for (Replacement each : replacements) {
      length += each.marker.length - (each.to - each.from);
    }
    ByteBuffer changed = ByteBuffer.allocate(length);
    int copied = 0;
    for (Replacement each : replacements) {
      changed.put(payload, copied, each.from - copied).put(each.marker);
      copied = each.to;
    }
    return changed.put(payload, copied, payload.length - copied).array();
  }
}
