package dev.evenkeel.extension.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EmissionSizeTest {

  private static final int MOST = EmissionSize.MOST_BYTES;

  private final JsonMapper json = JsonMapper.builder().build();
  private final EmissionSize size = new EmissionSize();

  record Point(int x, List<String> names) {}

  @Test
  void valuesBecomeWhatJacksonWrites() {
    assertThat(size.take(null, json).isNull()).isTrue();
    assertThat(size.take("text", json).textValue()).isEqualTo("text");
    assertThat(size.take(7L, json).longValue()).isEqualTo(7);
    assertThat(size.take(true, json).booleanValue()).isTrue();
    assertThat(size.take(new Point(1, List.of("ä")), json).toString())
        .isEqualTo("{\"x\":1,\"names\":[\"ä\"]}");
    ObjectNode own = JsonNodeFactory.instance.objectNode().put("a", 1);
    var taken = size.take(own, json);
    own.put("a", 2);
    assertThat(taken.get("a").intValue()).as("a later change is not seen").isEqualTo(1);
  }

  @Test
  void whatATreeHoldsBesideJsonIsWrittenWithTheMapperOfTheCall() {
    ObjectNode own = JsonNodeFactory.instance.objectNode();
    own.putPOJO("point", new Point(2, List.of("n"))).put("bytes", new byte[] {1, 2, 3});

    assertThat(size.takeObject(own, json).toString())
        .isEqualTo("{\"point\":{\"x\":2,\"names\":[\"n\"]},\"bytes\":\"AQID\"}");
    assertThat(size.takeObject(own, json).get("point").isObject()).isTrue();
  }

  @Test
  void whatIsNestedTooDeepToBeReadAgainIsRefused() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    ObjectNode inner = tree;
    for (int i = 0; i < 600; i++) {
      inner = inner.putObject("a");
    }
    assertThatThrownBy(() -> size.takeObject(tree, json)).hasMessageContaining("500 deep");
    assertThatThrownBy(() -> size.take(Map.of("a", tree), json)).hasMessageContaining("500 deep");
  }

  record Case(String what, Object value) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Case> tooMuch() {
    var endless =
        new AbstractList<String>() {
          @Override
          public String get(int index) {
            return "again";
          }

          @Override
          public int size() {
            return Integer.MAX_VALUE;
          }
        };
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    ObjectNode bytes = JsonNodeFactory.instance.objectNode().put("b", new byte[MOST]);
    ObjectNode pojo = JsonNodeFactory.instance.objectNode().putPOJO("p", endless);
    tree.putArray("list").add("x".repeat(MOST / 2)).add("x".repeat(MOST / 2));
    return Stream.of(
        new Case("a string", "x".repeat(MOST)),
        new Case("bytes", new byte[MOST]),
        new Case("a map", Map.of("k", "x".repeat(MOST))),
        new Case("a list without end", endless),
        new Case("a tree", tree),
        new Case("a tree with bytes", bytes),
        new Case("a tree with a list without end", pojo));
  }

  @ParameterizedTest
  @MethodSource("tooMuch")
  void whatIsTooLargeIsRefusedBeforeItIsCopied(Case each) {
    assertThatThrownBy(() -> size.take(each.value(), json))
        .hasStackTraceContaining("1048576 bytes");
  }

  @Test
  void allThatOneCallAddsCountsTogether() {
    for (int i = 0; i < 3; i++) {
      size.take("x".repeat(MOST / 4), json);
    }
    assertThatThrownBy(() -> size.take("x".repeat(MOST / 4), json))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
