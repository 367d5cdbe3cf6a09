package dev.evenkeel.server.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamReadException;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.internal.PayloadBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * An event in whose payload no object has a key twice. JSON allows that, and whoever reads the
 * payload as a tree, a filter for example, sees the last of them only: the others would pass it.
 */
final class UniqueKeys {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  /**
   * The most keys that are kept at the same time, of one object for each depth. Each takes about 80
   * bytes.
   */
  static final int MOST_KEYS = 200_000;

  /** Deeper payloads are rare, and cost a copy each time that the depth doubles. */
  private static final int USUAL_DEPTH = 16;

  /** More keys than usual payloads have by far, and few enough for a short look. */
  private static final int FEW_KEYS = 1_000;

  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

  private UniqueKeys() {}

  /**
   * The event as it is, or, where a key stands twice, with only the last of them.
   *
   * @throws UncheckedIOException when the payload cannot be written anew
   * @throws IllegalStateException when it has too many keys to compare, or a key stands twice in a
   *     payload of more than {@value HookEvent#MAX_TREE_VALUES} values
   */
  static HookEvent of(HookEvent event) {
    byte[] payload = PayloadBytes.of(event);
    if (!mayRepeatOne(payload)) {
      return event;
    }
    try (JsonParser parser = JSON.createParser(payload)) {
      compareKeys(parser);
      return event;
    } catch (StreamReadException e) {
      return event.withPayload(event.payload());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A look at the hashes of the keys, each together with the number of its object. Nearly every
   * payload needs no parser then.
   *
   * @param json valid JSON
   * @return false when no object has a key twice. Where keys have escapes, or are many, nobody
   *     knows
   */
  private static boolean mayRepeatOne(byte[] json) {
    int[] objects = new int[USUAL_DEPTH];
    int depth = 0;
    int number = 0;
    long[] seen = new long[128];
    int keys = 0;
    int at = 0;
    while (at < json.length) {
      byte here = json[at];
      if (here == '{' || here == '[') {
        depth++;
        if (depth == objects.length) {
          objects = Arrays.copyOf(objects, 2 * depth);
        }
        objects[depth] = ++number;
      } else if (here == '}' || here == ']') {
        depth--;
      } else if (here == '"') {
        int end = endOfString(json, at + 1);
        if (isKey(json, end)) {
          long hash = hash(objects[depth], json, at + 1, end);
          if (hash == 0 || keys == FEW_KEYS || !addTo(seen, hash)) {
            return true;
          }
          keys++;
          if (2 * keys > seen.length) {
            seen = twiceAsLarge(seen);
          }
        }
        at = end;
      }
      at++;
    }
    return false;
  }

  private static int endOfString(byte[] json, int from) {
    int at = from;
    while (at < json.length && json[at] != '"') {
      at += json[at] == '\\' ? 2 : 1;
    }
    return at;
  }

  /** Only a key has a colon behind it. */
  private static boolean isKey(byte[] json, int end) {
    int at = end + 1;
    while (at < json.length
        && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
      at++;
    }
    return at < json.length && json[at] == ':';
  }

  /** Never 0 for a key without escapes; 0 for one that can be written in another way. */
  private static long hash(int object, byte[] json, int from, int to) {
    long hash = object * MULTIPLIER;
    for (int at = from; at < to; at++) {
      if (json[at] == '\\') {
        return 0;
      }
      hash = (hash ^ json[at]) * MULTIPLIER;
    }
    hash ^= hash >>> 32;
    return hash == 0 ? 1 : hash;
  }

  private static boolean addTo(long[] seen, long hash) {
    int slot = (int) hash & (seen.length - 1);
    while (seen[slot] != 0) {
      if (seen[slot] == hash) {
        return false;
      }
      slot = (slot + 1) & (seen.length - 1);
    }
    seen[slot] = hash;
    return true;
  }

  private static long[] twiceAsLarge(long[] seen) {
    long[] larger = new long[2 * seen.length];
    for (long hash : seen) {
      if (hash != 0) {
        var _ = addTo(larger, hash);
      }
    }
    return larger;
  }

  /** The parser looks at each key by itself, beside those that it keeps. */
  private static void compareKeys(JsonParser parser) throws IOException {
    int[] keysAt = new int[USUAL_DEPTH];
    int keys = 0;
    int depth = 0;
    for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
      if (token.isStructStart()) {
        depth++;
        if (depth == keysAt.length) {
          keysAt = Arrays.copyOf(keysAt, 2 * depth);
        }
        keys -= keysAt[depth]; // the parser keeps them until it comes to this depth again
        keysAt[depth] = 0;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token == JsonToken.FIELD_NAME) {
        keysAt[depth]++;
        keys++;
        if (keys > MOST_KEYS) {
          throw new IllegalStateException("more than " + MOST_KEYS + " keys to compare");
        }
      }
    }
  }
}
