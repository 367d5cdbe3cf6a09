package dev.evenkeel.server.hub.engineio;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Takes apart the body of a POST: packets with the character 0x1e between them, binary messages as
 * {@code b} and base64. It reads one packet at a time, so that a body of a million tiny packets
 * costs no more memory than the body.
 */
final class PayloadReader {

  private static final char SEPARATOR = '\u001e';

  private final String payload;
  private int position;

  /**
   * @throws InvalidPayloadException when the bytes are no UTF-8
   */
  PayloadReader(byte[] utf8) throws InvalidPayloadException {
    try {
      payload = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidPayloadException("a body that is no UTF-8");
    }
  }

  boolean hasNext() {
    return position <= payload.length();
  }

  /**
   * The next packet.
   *
   * @throws InvalidPayloadException when what comes next is none
   */
  Packet next() throws InvalidPayloadException {
    int end = payload.indexOf(SEPARATOR, position);
    String packet = payload.substring(position, end < 0 ? payload.length() : end);
    position = end < 0 ? payload.length() + 1 : end + 1;
    return packet.startsWith("b") ? binary(packet) : Packet.ofText(packet);
  }

  private static Packet binary(String packet) throws InvalidPayloadException {
    try {
      return new Packet.Binary(Base64.getDecoder().decode(packet.substring(1)));
    } catch (IllegalArgumentException e) {
      throw new InvalidPayloadException("a binary message that is no base64");
    }
  }
}
