package dev.evenkeel.extensions.trim;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the long strings of a payload, in one pass over its bytes. Everything else stays as it came;
 * an event without a long string is given back itself.
 */
final class Trimmer {

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
    byte[] payload = new byte[event.size()];
    event.utf8().get(payload);
    byte[] trimmed = trim(payload);
    return trimmed == null ? event : event.withPayload(trimmed);
  }

  /** The payload is valid JSON: each quotation mark outside of a string begins one. */
  private byte @Nullable [] trim(byte[] json) {
    ByteArrayOutputStream trimmed = null;
    int copied = 0;
    boolean ofField = false;
    for (int i = 0; i < json.length; i++) {
      if (json[i] != '"') {
        continue;
      }
      int from = i + 1;
      int to = endOfString(json, from);
      boolean key = isKey(json, to + 1);
      int kept = key ? to - from : kept(json, from, to, ofField);
      if (kept < to - from) {
        trimmed = trimmed == null ? new ByteArrayOutputStream(json.length / 2) : trimmed;
        trimmed.write(json, copied, from + kept - copied);
        trimmed.writeBytes(marker(to - from - kept, to - from));
        copied = to;
      }
      ofField =
          key
              && to - from <= longestField
              && fields.contains(new String(json, from, to - from, UTF_8));
      i = to;
    }
    if (trimmed != null) {
      trimmed.write(json, copied, json.length - copied);
    }
    return trimmed == null ? null : trimmed.toByteArray();
  }

  private static byte[] marker(int cut, int length) {
    return "...[trimmed %d of %d bytes]".formatted(cut, length).getBytes(UTF_8);
  }

  private static int endOfString(byte[] json, int from) {
    int i = from;
    while (json[i] != '"') {
      i += json[i] == '\\' ? 2 : 1;
    }
    return i;
  }

  private static boolean isKey(byte[] json, int behind) {
    int i = behind;
    while (i < json.length && json[i] <= ' ') {
      i++;
    }
    return i < json.length && json[i] == ':';
  }

  /** How many bytes of a string are kept: all, or up to the last whole character that fits. */
  private int kept(byte[] json, int from, int to, boolean ofField) {
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

  private static int wholeCharacters(byte[] json, int from, int most) {
    int i = from;
    while (true) {
      int next = i + characterLength(json, i);
      if (next > most) {
        return i;
      }
      i = next;
    }
  }

  private static int characterLength(byte[] json, int at) {
    int b = json[at] & 0xFF;
    if (b != '\\') {
      return b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
    }
    if (json[at + 1] != 'u') {
      return 2;
    }
    return isSurrogate(json, at, "89abAB") && isSurrogate(json, at + 6, "cdefCDEF") ? 12 : 6;
  }

  /** Whether the escape there is {@code d8..} to {@code db..}, or {@code dc..} to {@code df..}. */
  private static boolean isSurrogate(byte[] json, int at, String second) {
    return json[at] == '\\'
        && json[at + 1] == 'u'
        && (json[at + 2] | 0x20) == 'd'
        && second.indexOf(json[at + 3]) >= 0;
  }
}
