package dev.evenkeel.server.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.HookEvent;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UniqueKeysTest {

  private static HookEvent event(String json) throws Exception {
    return HookEvent.read("x", json, Instant.EPOCH);
  }

  private static String keys(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"k" + i + "\":0")
        .collect(Collectors.joining(","));
  }

  @Test
  void ofAKeyThatStandsTwiceInAnObjectTheLastIsKept() throws Exception {
    HookEvent once = event("{\"a\":{\"b\":1},\"c\":[{\"a\":1},{\"a\":2}]}");
    assertThat(UniqueKeys.of(once)).isSameAs(once);
    assertThat(UniqueKeys.of(event("{\"a\":{\"b\":1,\"b\":2},\"a\":3}")).json())
        .isEqualTo("{\"a\":3}");
  }

  @Test
  void alsoInAPayloadAsDeepAsItMayBe() throws Exception {
    int around = HookEvent.MAX_DEPTH - 1;
    String before = "{\"a\":".repeat(around);
    String behind = "}".repeat(around);
    HookEvent once = event(before + "{\"b\":1,\"c\":2}" + behind);
    assertThat(UniqueKeys.of(once)).isSameAs(once);
    assertThat(UniqueKeys.of(event(before + "{\"b\":1,\"b\":2}" + behind)).json())
        .isEqualTo(before + "{\"b\":2}" + behind);
  }

  @Test
  void manyObjectsOneAfterTheOtherHaveAsManyKeysAsTheyLike() throws Exception {
    String object = "{" + keys(1_000) + "}";
    HookEvent event = event("{\"a\":[" + (object + ",").repeat(300) + object + "]}");
    assertThat(UniqueKeys.of(event)).isSameAs(event);
  }

  @Test
  void whatIsKeptToCompareIsBoundedAlsoBehindTheEndOfAnObject() throws Exception {
    int third = UniqueKeys.MOST_KEYS / 3 + 1;
    HookEvent event =
        event("{\"a\":{\"a\":{" + keys(third) + "}," + keys(third) + "}," + keys(third) + "}");
    assertThatThrownBy(() -> UniqueKeys.of(event))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("keys to compare");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'a':'a','b':'a','c':['a','a'],'d':{'a':'b'}}",
        "{'a':'x\\':\\'a\\'','b':{'a':1},'c':'\\\\'}",
        "{ 'a' : [ ] , 'b' :\n{ 'b' : { 'b' : { } } } }",
        "{'':1,'a':{'':2}}",
        "{}"
      })
  void aKeyMayStandInOtherPlaces(String json) throws Exception {
    HookEvent event = event(json.replace('\'', '"'));
    assertThat(UniqueKeys.of(event)).isSameAs(event);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1,'\\u0061':2}          | {'a':2}",
        "{'\\u00e9':1,'b':0,'é':2}    | {'é':2,'b':0}",
        "{'a\\/':1 , 'a/' : 2}        | {'a/':2}",
        "{'':1,'':2}                 | {'':2}",
        "{'a':[{'b':{},'c':1,'b':3}]}| {'a':[{'b':3,'c':1}]}",
        "{'a':'\\'','a':'\\\\'}       | {'a':'\\\\'}"
      })
  void howeverTheSameKeyIsWritten(String json, String kept) throws Exception {
    assertThat(UniqueKeys.of(event(json.replace('\'', '"'))).json())
        .isEqualTo(kept.replace('\'', '"'));
  }

  @Test
  void theLastOfTwoAmongManyIsFoundWhereverTheyAre() throws Exception {
    for (int count : new int[] {10, 63, 64, 65, 200, 999, 1_000, 1_001, 3_000}) {
      HookEvent once = event("{" + keys(count) + "}");
      assertThat(UniqueKeys.of(once)).isSameAs(once);
      for (int twice : new int[] {0, count / 2, count - 1}) {
        HookEvent event = event("{" + keys(count) + ",\"k" + twice + "\":1}");
        assertThat(UniqueKeys.of(event).at("k" + twice).intValue()).isEqualTo(1);
        assertThat(UniqueKeys.of(event).size()).isEqualTo(once.size());
      }
    }
  }
}
