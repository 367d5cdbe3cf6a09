package dev.evenkeel.server.hub.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodedPacketTest {

  @Test
  void aTextIsAFinalTextFrame() {
    var packet = EncodedPacket.message("hi".getBytes(StandardCharsets.US_ASCII));
    assertThat(packet.frame()).isDeepEqualTo(new byte[][] {{(byte) 0x81, 3, '4', 'h', 'i'}});
    assertThat(packet).hasToString("4hi");
  }

  @Test
  void binaryIsAFinalBinaryFrameAndBase64InPolling() {
    var packet = EncodedPacket.binary(new byte[] {1, 2, 3, 4});
    assertThat(packet.frame()).isDeepEqualTo(new byte[][] {{(byte) 0x82, 4, 1, 2, 3, 4}});
    assertThat(packet).hasToString("bAQIDBA==");
    assertThat(packet.sizeInPoll()).isEqualTo(9);
  }

  @Test
  void aLargePartIsSharedAndNotCopied() {
    byte[] large = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
    byte[] small = "ab".getBytes(StandardCharsets.US_ASCII);
    var packet = EncodedPacket.message(small, large, small, small, large);
    byte[][] pieces = packet.frame();
    assertThat(pieces[1]).isSameAs(large);
    assertThat(pieces[2]).isEqualTo("abab".getBytes(StandardCharsets.US_ASCII));
    assertThat(pieces[3]).isSameAs(large);
    assertThat(Arrays.stream(pieces).mapToInt(piece -> piece.length).sum())
        .isEqualTo(packet.size())
        .isEqualTo(10 + 1 + 6 + (2 << 16));
    String text = "x".repeat(1 << 16);
    assertThat(packet).hasToString("4ab" + text + "abab" + text);
    assertThat(packet.sizeInPoll()).isEqualTo(packet.toString().length());
    assertThat(EncodedPacket.binary(large).toString())
        .isEqualTo("b" + Base64.getEncoder().encodeToString(large));
  }

  /** RFC 6455, 5.2: the length in 7 bits, in 16, or in 64. */
  @ParameterizedTest
  @CsvSource({"0, 2", "125, 2", "126, 4", "65535, 4", "65536, 10"})
  void theHeaderGrowsWithTheLength(int length, int header) {
    assertThat(EncodedPacket.binary(new byte[length]).size()).isEqualTo(header + length);
  }
}
