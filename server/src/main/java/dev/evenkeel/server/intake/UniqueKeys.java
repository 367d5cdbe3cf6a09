package dev.evenkeel.server.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.util.ByteBufferBackedInputStream;
import dev.evenkeel.extension.HookEvent;
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

  private UniqueKeys() {}

  /**
   * The event as it is, or, where a key stands twice, with only the last of them.
   *
   * @throws UncheckedIOException when the payload cannot be written anew
   * @throws IllegalStateException when it has too many keys to compare, or a key stands twice in a
   *     payload of more than {@value HookEvent#MAX_TREE_VALUES} values
   */
  static HookEvent of(HookEvent event) {
    try (JsonParser parser = JSON.createParser(new ByteBufferBackedInputStream(event.utf8()))) {
      compareKeys(parser);
      return event;
    } catch (StreamReadException e) {
      return event.withPayload(event.payload());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
