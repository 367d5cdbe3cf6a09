package dev.evenkeel.extension.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much one call may still add to events: what an extension attaches is held in memory, written
 * to disk and sent to every reader. Values are measured before they are copied.
 */
public final class EmissionSize {

  /** What a call may attach and emit together, in bytes of JSON. */
  public static final int MOST_BYTES = 1 << 20;

  /** Half of what Jackson reads and writes (StreamReadConstraints.DEFAULT_MAX_DEPTH). */
  private static final int MOST_DEPTH = 500;

  /** What a field, an element or an event costs beside its text. */
  private static final int FRAME = 8;

  // Mutable state, owned by the thread of the call
  private long left = MOST_BYTES;

  /**
   * Takes a value as JSON.
   *
   * @throws IllegalArgumentException when that is too much, or cannot be written as JSON
   */
  public JsonNode take(@Nullable Object value, JsonMapper json) {
    return switch (value) {
      case null -> {
        spend(FRAME);
        yield NullNode.getInstance();
      }
      case JsonNode node -> tree(node, json);
      case String text -> {
        spend(FRAME + text.length());
        yield TextNode.valueOf(text);
      }
      case Number _, Boolean _ -> {
        spend(2 * FRAME);
        yield json.valueToTree(value);
      }
      default -> written(value, json);
    };
  }

  /**
   * Takes an object, and returns a copy of it.
   *
   * @throws IllegalArgumentException when that is too much, or cannot be written as JSON
   */
  public ObjectNode takeObject(ObjectNode data, JsonMapper json) {
    return (ObjectNode) tree(data, json);
  }

  /** A copy in which there is nothing but JSON. */
  private JsonNode tree(JsonNode node, JsonMapper json) {
    return measure(node, 0) ? node.deepCopy() : written(node, json);
  }

  /** Through text, which can be stopped when it becomes too long. */
  private JsonNode written(Object value, JsonMapper json) {
    var text = new ByteArrayOutputStream();
    JsonNode read;
    try {
      json.writeValue(new Bounded(text), value);
      read = json.readTree(text.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(value.getClass().getName() + " cannot be attached", e);
    }
    requireFlat(read, 0);
    return read;
  }

  private final class Bounded extends OutputStream {
    private final ByteArrayOutputStream to;

    Bounded(ByteArrayOutputStream to) {
      this.to = to;
    }

    @Override
    public void write(int b) {
      spend(1);
      to.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      spend(length);
      to.write(bytes, offset, length);
    }
  }

  /** Returns false where a tree holds what has to be written to become JSON. */
  private boolean measure(JsonNode node, int depth) {
    requireDepth(depth);
    spend(FRAME + (node.isTextual() || node.isNumber() ? node.asText().length() : 0));
    boolean plain = !node.isPojo() && !node.isBinary();
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> each : node.properties()) {
        spend(each.getKey().length());
        plain &= measure(each.getValue(), depth + 1);
      }
    } else if (node.isArray()) {
      for (JsonNode each : node) {
        plain &= measure(each, depth + 1);
      }
    }
    return plain;
  }

  private static void requireFlat(JsonNode node, int depth) {
    requireDepth(depth);
    for (JsonNode each : node) {
      requireFlat(each, depth + 1);
    }
  }

  private static void requireDepth(int depth) {
    if (depth > MOST_DEPTH) {
      throw new IllegalArgumentException("values are nested more than " + MOST_DEPTH + " deep");
    }
  }

  private void spend(long bytes) {
    left -= bytes;
    if (left < 0) {
      throw new IllegalArgumentException(
          "the call adds more than "
              + MOST_BYTES
              + " bytes to events; attach a summary, and keep the rest elsewhere");
    }
  }
}
