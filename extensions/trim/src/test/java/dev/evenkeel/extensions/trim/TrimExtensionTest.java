package dev.evenkeel.extensions.trim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.RecordedEvent;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrimExtensionTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MAX = 64 << 10;

  private final ExtensionHarness harness = harness(Map.of());

  private static ExtensionHarness harness(Map<String, String> config) {
    return ExtensionHarness.of(TrimExtension::new).config(config).start();
  }

  private String kept(String json) {
    String kept = harness.send("claude-code", json).event().json();
    assertThat(harness.failures()).isEmpty();
    return kept;
  }

  /** A text with spaces: no base64. */
  private static String prose(int length) {
    return "some words ".repeat(length / 11 + 1).substring(0, length);
  }

  @Test
  void aStringOfTheLimitStaysAndALongerOneIsCutAndSaysHowMuch() {
    String most = "{\"a\":\"" + prose(MAX) + "\"}";
    assertThat(kept(most)).isEqualTo(most);
    assertThat(kept("{\"a\":\"" + prose(MAX + 1000) + "\"}"))
        .isEqualTo("{\"a\":\"" + prose(MAX) + "...[trimmed 1000 of 66536 bytes]\"}");
  }

  @Test
  void everythingElseStaysAsItCame() {
    // Given
    String before = "{ \"z\" : 1.50e+3,\"u\":\"\\u0041\\/\", \"long\":\"";
    String after = "\" , \"hook_event_name\":\"X\",\"n\":[0.10,-0,1E5], \"e\":\"\" }";
    // When
    String kept = kept(before + prose(MAX + 1) + after);
    // Then
    assertThat(kept).isEqualTo(before + prose(MAX) + "...[trimmed 1 of 65537 bytes]" + after);
  }

  @Test
  void anEventWithoutALongStringIsGivenBackItself() throws Exception {
    HookEvent event =
        HookEvent.read(
            "x",
            "{\"a\":\"" + prose(50_000) + "\",\"b\":[\"" + prose(60_000) + "\"]}",
            Instant.EPOCH);
    assertThat(harness.send(event).event()).isSameAs(event);
  }

  @Test
  void originalFilesAreCutFirst() {
    String kept =
        kept(
            "{\"tool_response\":{\"originalFile\":\"%s\",\"content\":\"%s\"}}"
                .formatted(prose(10_000), prose(10_000)));
    assertThat(kept)
        .contains("\"originalFile\":\"" + prose(4096) + "...[trimmed 5904 of 10000 bytes]\"")
        .contains("\"content\":\"" + prose(10_000) + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "data:image/png;base64,"})
  void base64IsCutFirst(String head) {
    // Given
    var bytes = new byte[9_000];
    new Random(1).nextBytes(bytes);
    String image = head + Base64.getEncoder().encodeToString(bytes);
    // When
    String kept = kept("{\"content\":[{\"source\":{\"data\":\"" + image + "\"}}]}");
    // Then
    assertThat(kept)
        .isEqualTo(
            "{\"content\":[{\"source\":{\"data\":\"%s...[trimmed %d of %d bytes]\"}}]}"
                .formatted(image.substring(0, 1024), image.length() - 1024, image.length()));
  }

  @Test
  void base64InLinesIsBase64() {
    var bytes = new byte[3_000];
    new Random(2).nextBytes(bytes);
    String lines = Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(bytes);
    assertThat(kept("{\"d\":\"" + lines.replace("\n", "\\n") + "\"}")).contains("...[trimmed ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "AbC", "x1", "see Aa1 ", "Aa1+/-_.", "a\\n"})
  void whatIsRepeatedOrHasOtherCharactersIsNoBase64(String piece) {
    String json = "{\"d\":\"" + piece.repeat(1000) + "\"}";
    assertThat(kept(json)).isEqualTo(json);
  }

  /** Four bytes in the limit are left when the character comes. */
  @ParameterizedTest
  @CsvSource({
    "é,2",
    "€,3",
    "😀,4",
    "\\u0041,6",
    "\\n,2",
    "\\\\,2",
    "\\\",2",
    "\\ud83d\\ude00,12",
    "\\uD83D\\uDE00,12",
    "\\ud800,6"
  })
  void aCharacterIsKeptWholeOrNotAtAll(String character, int bytes) throws Exception {
    for (int left = 0; left <= bytes; left++) {
      // Given
      String start = prose(MAX - left);
      // When
      String kept = kept("{\"a\":\"" + start + character + prose(100) + "\"}");
      // Then
      String whole = left < bytes ? start : start + character;
      assertThat(kept).startsWith("{\"a\":\"" + whole + "...[trimmed ");
      assertThat(JSON.readTree(kept).get("a").textValue())
          .startsWith(JSON.readTree("\"" + whole + "\"").textValue());
    }
  }

  @Test
  void limitsAndFieldsAreConfigured() {
    var own =
        harness(
            Map.of("max-string", "100", "max-field", "20", "fields", "stdout", "max-base64", "16"));
    String kept =
        own.send("x", Map.of("a", prose(200), "stdout", prose(200), "b", "Ab1/".repeat(50)))
            .event()
            .json();
    assertThat(kept)
        .contains("\"a\":\"" + prose(100) + "...[trimmed 100 of 200 bytes]\"")
        .contains("\"stdout\":\"" + prose(20) + "...[trimmed 180 of 200 bytes]\"")
        .contains("\"b\":\"" + "Ab1/".repeat(4) + "...[trimmed 184 of 200 bytes]\"");
  }

  @Test
  void aLimitWithoutRoomIsRefused() {
    assertThatThrownBy(() -> harness(Map.of("max-string", "0")))
        .hasMessageContaining("evenkeel.extensions.trim.max-string is 0");
  }

  @Test
  void theLargestEventIsCut() {
    String kept = kept("{\"a\":\"" + prose((16 << 20) - 20) + "\",\"n\":1}");
    assertThat(kept.getBytes(UTF_8)).hasSizeLessThan(MAX + 100);
    assertThat(kept).endsWith(",\"n\":1}");
  }

  @Test
  void recordedEventsKeepTheirFieldsAndNumbers() throws Exception {
    int cut = 0;
    for (String file : RecordedEvents.files()) {
      for (RecordedEvent recorded : RecordedEvents.read(file)) {
        HookEvent event = recorded.at(Instant.EPOCH);
        HookEvent kept = harness.send(event).event();
        assertThat(kept.json().replaceAll("\\.\\.\\.\\[trimmed \\d+ of \\d+ bytes]", ""))
            .hasSizeLessThanOrEqualTo(event.json().length());
        cut += kept == event ? 0 : 1;
        assertThat(kept.payload().size()).isEqualTo(event.payload().size());
      }
    }
    System.out.println(cut + " of the recorded events are cut");
    assertThat(harness.failures()).isEmpty();
  }
}
