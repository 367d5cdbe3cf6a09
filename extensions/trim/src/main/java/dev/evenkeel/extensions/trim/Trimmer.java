package dev.evenkeel.extensions.trim;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Cuts the long strings of a payload, in one pass over its bytes. Everything else stays as it came;
 * an event without a long string is given back itself.
 */
final class Trimmer {

  /** What of a string is left out, and what says so. */
  private record Cut(int from, int to, byte[] marker) {}

  private final TrimConfig config;
  private final Set<String> fields;
  private final int longestField;

  Trimmer(TrimConfig config) {
    this.config = config;
    this.fields = new HashSet<>(config.fields());
    this.longestField =
        fields.stream().mapToInt(each -> each.getBytes(UTF_8).length).max().orElse(0);
  }

  HookEvent trim(HookEvent event) throws MalformedEventException {
    if (event.size() <= config.least()) {
      return event;
    }
    ByteBuffer payload = event.utf8();
    List<Cut> cuts = cutsIn(payload);
    return cuts.isEmpty() ? event : event.withPayload(without(cuts, payload));
  }

  /** The payload is valid JSON: each quotation mark outside of a string begins one. */
  private List<Cut> cutsIn(ByteBuffer json) {
    List<Cut> cuts = List.of();
    boolean ofField = false;
    for (int i = 0; i < json.limit(); i++) {
      if (json.get(i) != '"') {
        continue;
      }
      int from = i + 1;
      int to = endOfString(json, from);
      boolean key = isKey(json, to + 1);
      int kept = key ? to - from : kept(json, from, to, ofField);
      if (kept < to - from) {
        cuts = cuts.isEmpty() ? new ArrayList<>() : cuts;
        cuts.add(new Cut(from + kept, to, marker(to - from - kept, to - from)));
      }
      ofField = key && to - from <= longestField && fields.contains(text(json, from, to));
      i = to;
    }
    return cuts;
  }

  private static String text(ByteBuffer json, int from, int to) {
    return UTF_8.decode(json.slice(from, to - from)).toString();
  }

  private static byte[] without(List<Cut> cuts, ByteBuffer json) {
    int length = json.limit();
    for (Cut each : cuts) {
      length += each.marker.length - (each.to - each.from);
    }
    ByteBuffer trimmed = ByteBuffer.allocate(length);
    int copied = 0;
    for (Cut each : cuts) {
      trimmed.put(json.slice(copied, each.from - copied)).put(each.marker);
      copied = each.to;
    }
    return trimmed.put(json.slice(copied, json.limit() - copied)).array();
  }

  private static byte[] marker(int cut, int length) {
    return "...[trimmed %d of %d bytes]".formatted(cut, length).getBytes(UTF_8);
  }

  private static int endOfString(ByteBuffer json, int from) {
    int i = from;
    while (json.get(i) != '"') {
      i += json.get(i) == '\\' ? 2 : 1;
    }
    return i;
  }

  private static boolean isKey(ByteBuffer json, int behind) {
    int i = behind;
    while (i < json.limit() && json.get(i) <= ' ') {
      i++;
    }
    return i < json.limit() && json.get(i) == ':';
  }

  /** How many bytes of a string are kept: all, or up to the last whole character that fits. */
  private int kept(ByteBuffer json, int from, int to, boolean ofField) {
    int length = to - from;
    if (length <= config.least()) {
      return length;
    }
    int limit = ofField ? Math.min(config.maxField(), config.maxString()) : config.maxString();
    if (length > config.maxBase64()
        && config.maxBase64() < limit
        && Base64Text.is(json, from, to)) {
      limit = config.maxBase64();
    }
    return length <= limit ? length : wholeCharacters(json, from, from + limit) - from;
  }

  private static int wholeCharacters(ByteBuffer json, int from, int most) {
    int i = from;
    while (true) {
      int next = i + characterLength(json, i);
      if (next > most) {
        return i;
      }
      i = next;
    }
  }

  private static int characterLength(ByteBuffer json, int at) {
    int b = json.get(at) & 0xFF;
    if (b != '\\') {
      return b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
    }
    if (json.get(at + 1) != 'u') {
      return 2;
    }
    return isSurrogate(json, at, "89abAB") && isSurrogate(json, at + 6, "cdefCDEF") ? 12 : 6;
  }

  /** Whether the escape there is {@code d8..} to {@code db..}, or {@code dc..} to {@code df..}. */
  private static boolean isSurrogate(ByteBuffer json, int at, String second) {
    return json.get(at) == '\\'
        && json.get(at + 1) == 'u'
        && (json.get(at + 2) | 0x20) == 'd'
        && second.indexOf(json.get(at + 3)) >= 0;
  }
}
