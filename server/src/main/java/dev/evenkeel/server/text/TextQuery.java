package dev.evenkeel.server.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is looked for: all of these phrases, wherever they stand in an event. Words that belong
 * together (in quotes, or with no space between them as in {@code src/Main.java}) are a phrase:
 * they stand next to each other, in one text value.
 *
 * <p>There are no operators: what looks like one is text.
 *
 * @param phrases at least one
 */
public record TextQuery(List<Phrase> phrases) {

  /** The longest text that is taken, in characters. */
  public static final int MAX_LENGTH = 1000;

  /** The most words that are taken. */
  public static final int MAX_WORDS = 32;

  /**
   * Words that stand next to each other.
   *
   * @param words at least one
   * @param prefix whether the last is only the beginning of a word
   */
  public record Phrase(List<String> words, boolean prefix) {

    public Phrase {
      words = List.copyOf(words);
    }

    /** Whether a text ends with it. */
    private boolean isEndOf(List<String> text) {
      int last = words.size() - 1;
      int from = text.size() - words.size();
      if (from < 0) {
        return false;
      }
      for (int i = 0; i < last; i++) {
        if (!text.get(from + i).equals(words.get(i))) {
          return false;
        }
      }
      String end = text.get(from + last);
      return prefix ? end.startsWith(words.get(last)) : end.equals(words.get(last));
    }
  }

  public TextQuery {
    phrases = List.copyOf(phrases);
  }

  /**
   * Reads what a user wrote.
   *
   * @throws IllegalArgumentException when there is nothing to look for in it, or too much; the
   *     message is for the user
   */
  public static TextQuery of(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the text has " + text.length() + " characters; at most " + MAX_LENGTH + " are taken");
    }
    var phrases = new ArrayList<Phrase>();
    int at = 0;
    while (at < text.length()) {
      boolean quoted = text.charAt(at) == '"';
      int from = quoted ? at + 1 : at;
      int to = endOf(text, from, quoted);
      if (quoted && to == text.length()) {
        throw new IllegalArgumentException(
            "the quote at character " + at + " is not closed; a phrase stands between two");
      }
      int next = quoted ? to + 1 : to;
      boolean star =
          quoted
              ? next < text.length() && text.charAt(next) == '*'
              : to > from && text.charAt(to - 1) == '*';
      add(phrases, text.substring(from, to), star);
      at = quoted ? next + (star ? 1 : 0) : Math.max(next, at + 1);
    }
    check(phrases);
    return new TextQuery(phrases);
  }

  private static int endOf(String text, int from, boolean quoted) {
    int at = from;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"' || (!quoted && Character.isWhitespace(c))) {
        return at;
      }
      at++;
    }
    return at;
  }

  private static void add(List<Phrase> phrases, String text, boolean prefix) {
    var words = new ArrayList<String>();
    Words.of(text, words::add);
    if (!words.isEmpty()) {
      phrases.add(new Phrase(words, prefix));
    }
  }

  private static void check(List<Phrase> phrases) {
    int words = phrases.stream().mapToInt(each -> each.words().size()).sum();
    if (words == 0) {
      throw new IllegalArgumentException(
          "the text has no word to look for; a word is made of letters and digits");
    }
    if (words > MAX_WORDS) {
      throw new IllegalArgumentException(
          "the text has " + words + " words; at most " + MAX_WORDS + " are taken");
    }
  }

  /** Whether the words alone do not decide: the event has to be read. */
  public boolean hasPhrases() {
    return phrases.stream().anyMatch(each -> each.words().size() > 1);
  }

  /**
   * Whether an event has all the phrases.
   *
   * @param json the event as it was published
   * @throws IOException when it is no JSON object
   */
  public boolean matches(byte[] json) throws IOException {
    var open = new ArrayList<>(phrases);
    String _ =
        EventText.read(
            json,
            (characters, offset, length) -> {
              if (!open.isEmpty()) {
                removeFound(open, characters, offset, length);
              }
            });
    return open.isEmpty();
  }

  /** A value may have millions of words: no more are kept than a phrase can have. */
  private static void removeFound(List<Phrase> open, char[] characters, int offset, int length) {
    var last = new ArrayList<String>(MAX_WORDS + 1);
    Words.each(
        characters,
        offset,
        length,
        (word, from, size) -> {
          last.add(new String(word, from, size));
          if (last.size() > MAX_WORDS) {
            last.removeFirst();
          }
          open.removeIf(each -> each.isEndOf(last));
          return !open.isEmpty();
        });
  }
}
