package dev.evenkeel.server.hub.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodedPacketTest {

  @Test
  void aTextIsAFinalTextFrame() {
    var packet = EncodedPacket.message("hi".getBytes(StandardCharsets.US_ASCII));
    assertThat(packet.frame()).isEqualTo(new byte[] {(byte) 0x81, 3, '4', 'h', 'i'});
    assertThat(packet).hasToString("4hi");
  }

  @Test
  void binaryIsAFinalBinaryFrameAndBase64InPolling() {
    var packet = EncodedPacket.binary(new byte[] {1, 2, 3, 4});
    assertThat(packet.frame()).isEqualTo(new byte[] {(byte) 0x82, 4, 1, 2, 3, 4});
    assertThat(packet).hasToString("bAQIDBA==");
    assertThat(packet.sizeInPoll()).isEqualTo(9);
  }

  /** RFC 6455, 5.2: the length in 7 bits, in 16, or in 64. */
  @ParameterizedTest
  @CsvSource({"0, 2", "125, 2", "126, 4", "65535, 4", "65536, 10"})
  void theHeaderGrowsWithTheLength(int length, int header) {
    assertThat(EncodedPacket.binary(new byte[length]).size()).isEqualTo(header + length);
  }
}
