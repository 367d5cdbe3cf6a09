package dev.evenkeel.server.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTextTest {

  private static final int MOST = EventText.MOST_BYTES;

  private static List<String> valuesOf(byte[] json) throws IOException {
    var values = new ArrayList<String>();
    String type =
        EventText.read(
            json, (characters, from, length) -> values.add(new String(characters, from, length)));
    assertThat(type).isEqualTo("hook");
    return values;
  }

  private static byte[] event(Map<String, Object> data) throws IOException {
    var event = new LinkedHashMap<String, Object>();
    event.put("id", "1".repeat(16));
    event.put("data", data);
    event.put("type", "hook");
    return JsonMapper.builder().build().writeValueAsBytes(event);
  }

  @Test
  void allValuesAreReadInOrderAtAnyDepth() throws IOException {
    byte[] json = event(Map.of("a", List.of("one", Map.of("b", "two"), 3, "\"q\"\\")));

    assertThat(valuesOf(json)).containsExactly("one", "two", "\"q\"\\");
  }

  /** Whatever stands at the cut, nothing is cut in two and what follows is read. */
  @ParameterizedTest
  @ValueSource(strings = {"x", "ä", "漢", "x漢", "\ud83d\ude00", "\"", "\\", "\u0001", "\\\""})
  void ofALongValueTheBeginningIsRead(String unit) throws IOException {
    for (int shift = 0; shift < 7; shift++) {
      String text = "y".repeat(shift) + unit.repeat(MOST);
      var data = new LinkedHashMap<String, Object>();
      data.put("long", text);
      data.put("short", "after");

      List<String> values = valuesOf(event(data));

      assertThat(values).hasSize(2);
      assertThat(text).startsWith(values.getFirst());
      assertThat(values.getFirst().getBytes(UTF_8).length).isBetween(MOST / 6 - 8, MOST);
      assertThat(values.getLast()).isEqualTo("after");
    }
  }

  @Test
  void manyValuesThatAreLongTogetherAreReadWhole() throws IOException {
    var data = new LinkedHashMap<String, Object>();
    for (int i = 0; i < 10; i++) {
      data.put("v" + i, "z".repeat(MOST - 1));
    }
    assertThat(valuesOf(event(data))).hasSize(10).allMatch(each -> each.length() == MOST - 1);
  }

  @Test
  void whatIsCutOffInTheMiddleOfAnEscapeIsNoReasonToReadPastTheEnd() throws IOException {
    byte[] json = event(Map.of("v", "x".repeat(MOST)));
    for (int cut = 1; cut < 8; cut++) {
      byte[] broken = Arrays.copyOf(json, json.length - cut);
      broken[broken.length - 1] = '\\';
      assertThatThrownBy(() -> valuesOf(broken)).isInstanceOf(IOException.class);
    }
  }
}
