package dev.evenkeel.server.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.extension.Session;
import dev.evenkeel.server.log.PublishedEvent;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TermsTest {

  private static final int MARKS = 4;

  /** One for all events, as in the server: what one leaves behind must not show in the next. */
  private static final Terms TERMS = new Terms();

  private static List<String> words(String data) throws IOException {
    byte[] json = ("{\"type\":\"hook\",\"data\":" + data + "}").getBytes(UTF_8);
    var session = new Session("codex", "s1");
    var event = new PublishedEvent(1, 0, "Stop", session, json);
    List<String> terms = List.of(TERMS.of(event).split(" ", -1));
    return terms.subList(MARKS, terms.size());
  }

  private static String numbered(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
  }

  @Test
  void theFirstDifferentWordsOfAnEventAreIndexed() throws IOException {
    List<String> first = List.of(numbered(0, Terms.MAX_WORDS).split(" ", -1));
    String all = numbered(0, Terms.MAX_WORDS + 5_000);

    assertThat(words("\"" + all + "\"")).as("of one value").isEqualTo(first);
    assertThat(words("[\"w0\",\"" + all.replace(" ", "\",\"w0 ") + "\"]"))
        .as("of many values")
        .isEqualTo(first);
  }

  @Test
  void wordsOfManyEventsAreWhatASetWouldHold() throws IOException {
    var random = new Random(4711);
    for (int event = 0; event < 300; event++) {
      int different = 1 << random.nextInt(14);
      int many = random.nextInt(event % 50 == 0 ? 40_000 : 300);
      Set<String> expected = new LinkedHashSet<>();
      var text = new StringBuilder();
      for (int i = 0; i < many; i++) {
        String word = Integer.toString(random.nextInt(different), 36) + "é".repeat(i % 2);
        text.append(word.toUpperCase(Locale.ROOT)).append(i % 7 == 0 ? "\"," + "\"" : "/");
        if (expected.size() < Terms.MAX_WORDS) {
          expected.add(word.replace('é', 'e'));
        }
      }

      assertThat(words("[\"" + text + "\"]")).containsExactlyElementsOf(expected);
    }
  }
}
