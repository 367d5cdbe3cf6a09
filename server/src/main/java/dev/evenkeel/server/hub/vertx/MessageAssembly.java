package dev.evenkeel.server.hub.vertx;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Puts the frames of one websocket together to messages, and looks at their size and their UTF-8.
 */
final class MessageAssembly {

  /** What a frame brought. */
  sealed interface Result {

    /** The message goes on in the next frame. */
    record Partial() implements Result {}

    /** A whole text. */
    record Text(String text) implements Result {}

    /** A whole binary message. */
    record Binary(byte[] data) implements Result {}

    /** More than is taken. */
    record TooLarge() implements Result {}

    /** A text that is none. */
    record NoUtf8() implements Result {}
  }

  private final int maxPayload;

  // Mutable state, guarded by the websocket's loop
  private @Nullable Buffer begun;
  private boolean text;

  MessageAssembly(int maxPayload) {
    this.maxPayload = maxPayload;
  }

  Result add(WebSocketFrame frame) {
    Buffer data = frame.binaryData();
    if (!frame.isContinuation()) {
      text = frame.isText();
    }
    Buffer before = begun;
    if (data.length() + (before == null ? 0 : before.length()) > maxPayload) {
      begun = null;
      return new Result.TooLarge();
    }
    Buffer all = before == null ? data : before.appendBuffer(data);
    if (!frame.isFinal()) {
      begun = before == null ? Buffer.buffer().appendBuffer(data) : before;
      return new Result.Partial();
    }
    begun = null;
    return text ? decode(all.getBytes()) : new Result.Binary(all.getBytes());
  }

  private static Result decode(byte[] utf8) {
    try {
      return new Result.Text(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      return new Result.NoUtf8();
    }
  }
}
