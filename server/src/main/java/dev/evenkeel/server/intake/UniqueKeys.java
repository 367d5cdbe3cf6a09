package dev.evenkeel.server.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.util.ByteBufferBackedInputStream;
import dev.evenkeel.extension.HookEvent;
import java.io.IOException;
import java.io.UncheckedIOException;

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

  private UniqueKeys() {}

  /**
   * The event as it is, or, where a key stands twice, with only the last of them.
   *
   * @throws UncheckedIOException when the payload cannot be written anew
   */
  static HookEvent of(HookEvent event) {
    try (JsonParser parser = JSON.createParser(new ByteBufferBackedInputStream(event.utf8()))) {
      while (parser.nextToken() != null) {
        // The parser looks at each key by itself.
      }
      return event;
    } catch (StreamReadException e) {
      return event.withPayload(event.payload());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
