package dev.evenkeel.server.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.HookEvent;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

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
}
