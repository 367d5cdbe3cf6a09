package dev.evenkeel.extension.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * How much one call may still add to events: what an extension attaches is held in memory, written
 * to disk and sent to every reader. Values are measured before they are copied.
 */
public final class EmissionSize {

  /** What a call may attach and emit together, in bytes of JSON. */
  public static final int MOST_BYTES = 1 << 20;

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
      case JsonNode node -> {
        take(node);
        yield node.deepCopy();
      }
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

  /** Through text, which can be stopped when it becomes too long. */
  private JsonNode written(Object value, JsonMapper json) {
    var text = new ByteArrayOutputStream();
    try {
      json.writeValue(new Bounded(text), value);
      return json.readTree(text.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(value.getClass().getName() + " cannot be attached", e);
    }
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

  /**
   * Takes a tree.
   *
   * @throws IllegalArgumentException when that is too much
   */
  public void take(JsonNode node) {
    spend(FRAME + (node.isTextual() || node.isNumber() ? node.asText().length() : 0));
    if (node.isObject()) {
      node.properties()
          .forEach(
              each -> {
                spend(each.getKey().length());
                take(each.getValue());
              });
    } else if (node.isArray()) {
      node.forEach(this::take);
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
