package dev.evenkeel.server.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.server.text.TextQuery.Phrase;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextQueryTest {

  private static Phrase phrase(String words) {
    boolean prefix = words.endsWith("*");
    return new Phrase(List.of(words.replace("*", "").split(" ", -1)), prefix);
  }

  private static TextQuery phrases(String... phrases) {
    return new TextQuery(List.of(phrases).stream().map(TextQueryTest::phrase).toList());
  }

  @Test
  void wordsPrefixesAndPhrasesAreTold() {
    assertThat(TextQuery.of("Fix  the bug")).isEqualTo(phrases("fix", "the", "bug"));
    assertThat(TextQuery.of("\"fix the\" bug")).isEqualTo(phrases("fix the", "bug"));
    assertThat(TextQuery.of("migrat* \"add a mig\"*")).isEqualTo(phrases("migrat*", "add a mig*"));
    assertThat(TextQuery.of("src/Main.ja*")).isEqualTo(phrases("src main ja*"));
    assertThat(TextQuery.of("\"one\"\"two three\"four"))
        .isEqualTo(phrases("one", "two three", "four"));
    assertThat(TextQuery.of("東京")).isEqualTo(phrases("東 京"));
    assertThat(TextQuery.of("\"\" x")).isEqualTo(phrases("x"));
  }

  @Test
  void whatLooksLikeAnOperatorIsText() {
    assertThat(TextQuery.of("a AND NOT b")).isEqualTo(phrases("a", "and", "not", "b"));
    assertThat(TextQuery.of("NEAR(a b, 2)")).isEqualTo(phrases("near a", "b", "2"));
    assertThat(TextQuery.of("words:x -y ^z {a} (b"))
        .isEqualTo(phrases("words x", "y", "z", "a", "b"));
    assertThat(TextQuery.of("x'; DROP TABLE parts; --"))
        .isEqualTo(phrases("x", "drop", "table", "parts"));
    assertThat(TextQuery.of("a*b c")).isEqualTo(phrases("a b", "c"));
    assertThat(TextQuery.of("nul\u0000inside 👍")).isEqualTo(phrases("nul inside", "👍"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "*", "\"\"", "-- + \u0000", "\ud800", "\ue000", "( ) : ^"})
  void withoutAWordThereIsNothingToLookFor(String text) {
    assertThatThrownBy(() -> TextQuery.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no word to look for");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"", "a \"b", "\"a\" \"", "a\""})
  void aQuoteHasToBeClosed(String text) {
    assertThatThrownBy(() -> TextQuery.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not closed");
  }

  @Test
  void tooMuchIsRefused() {
    String many =
        IntStream.range(0, 10_000).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
    assertThatThrownBy(() -> TextQuery.of(many)).hasMessageContaining("at most 1000");
    assertThatThrownBy(() -> TextQuery.of("a ".repeat(33))).hasMessageContaining("at most 32");
    assertThat(TextQuery.of("a ".repeat(32)).phrases()).hasSize(32);
  }

  private static boolean matches(String text, String data) throws IOException {
    return TextQuery.of(text)
        .matches(("{\"type\":\"hook\",\"data\":" + data + "}").getBytes(UTF_8));
  }

  @Test
  void aPhraseStandsInOneValueInItsOrder() throws IOException {
    String data =
        "{\"a\":{\"b\":[\"Run the tests, then push\",7,null]},\"c\":\"the"
            + " end\",\"path\":\"src/Main.java\"}";
    assertThat(matches("\"run the\"", data)).isTrue();
    assertThat(matches("\"the run\"", data)).isFalse();
    assertThat(matches("\"push the\"", data)).as("over two values").isFalse();
    assertThat(matches("\"the tests\" \"the end\"", data)).isTrue();
    assertThat(matches("\"then pu\"*", data)).isTrue();
    assertThat(matches("\"then pu\"", data)).isFalse();
    assertThat(matches("src/Main", data)).isTrue();
    assertThat(matches("Main/src", data)).isFalse();
    assertThat(matches("\"a b\"", data)).as("names of fields").isFalse();
    assertThat(matches("\"the then\"", "{\"x\":\"the the then\"}")).isTrue();
  }

  @Test
  void aPhraseIsFoundBehindManyWordsAsFarAsAValueIsLookedThrough() throws IOException {
    String many =
        IntStream.range(0, 30_000).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
    String longest = "a ".repeat(TextQuery.MAX_WORDS - 1) + "b";
    String data = "[\"%s %s %s\"]".formatted(many, longest, many);
    assertThat(data.length()).isGreaterThan(EventText.MOST_BYTES);
    assertThat(matches("\"w20000 w20001\"", data)).isTrue();
    assertThat(matches("\"" + longest + "\"", data)).isTrue();
    assertThat(matches("\"b w0\"", data)).isTrue();
    assertThat(matches("\"w29999 w0\"", data)).isFalse();
  }

  @Test
  void onlyTheDataIsLookedThrough() throws IOException {
    byte[] event =
        "{\"id\":\"1\",\"session_id\":\"one two\",\"x\":{\"data\":\"one two\"},\"data\":{\"y\":\"z\"}}"
            .getBytes(UTF_8);
    assertThat(TextQuery.of("\"one two\"").matches(event)).isFalse();
  }
}
