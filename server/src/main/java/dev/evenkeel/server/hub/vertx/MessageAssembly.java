package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.WaitingBytes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

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

    /** No room for a message in parts. */
    record NoRoom() implements Result {}

    /** A text that is none. */
    record NoUtf8() implements Result {}
  }

  private final int maxPayload;

  // Mutable state, guarded by the websocket's loop
  private final Gathered begun;
  private boolean text;

  /**
   * @param held where the parts count of a message that is not whole yet
   */
  MessageAssembly(int maxPayload, WaitingBytes.Held held) {
    this.maxPayload = maxPayload;
    this.begun = new Gathered(held, maxPayload);
  }

  Result add(WebSocketFrame frame) {
    Buffer data = frame.binaryData();
    if (!frame.isContinuation()) {
      text = frame.isText();
    }
    if (data.length() > maxPayload - begun.length()) {
      forget();
      return new Result.TooLarge();
    }
    if (frame.isFinal() && begun.length() == 0) {
      return whole(data.getBytes());
    }
    if (!begun.add(data)) {
      forget();
      return new Result.NoRoom();
    }
    if (!frame.isFinal()) {
      return new Result.Partial();
    }
    byte[] all = begun.whole();
    forget();
    return whole(all);
  }

  /** Forgets the message that is not whole. */
  void forget() {
    begun.forget();
  }

  private Result whole(byte[] message) {
    return text ? decode(message) : new Result.Binary(message);
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
