package dev.evenkeel.server.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.server.log.EventType;
import dev.evenkeel.server.log.PublishedEvent;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the index knows of an event: its words, and marks for its session, source, name and type, so
 * that a word and a filter together are one question to one index.
 *
 * <p>A mark begins with a character that no word has, and goes on with a digest: a session's name
 * may hold anything and have any length.
 *
 * <p>One thread, which makes the terms of one event after the other.
 */
final class Terms {

  /** Of an event with more different words than this, the first are indexed. */
  static final int MAX_WORDS = 10_000;

  private static final char SESSION = '\ue000';
  private static final char SOURCE = '\ue001';
  private static final char NAME = '\ue002';
  private static final char TYPE = '\ue003';

  private static final int DIGEST_BYTES = 16;

  // Mutable state, of one thread
  private final Marks marks = new Marks();
  private final DifferentWords words = new DifferentWords(MAX_WORDS);

  /**
   * All terms of an event, each once, with spaces between them.
   *
   * @throws IOException when the event cannot be read
   */
  String of(PublishedEvent event) throws IOException {
    words.clear();
    String type =
        EventText.read(
            event.json(),
            (characters, offset, length) -> {
              if (!words.isFull()) {
                Words.each(characters, offset, length, words);
              }
            });
    return marks.of(SESSION, event.session().id())
        + ' '
        + marks.of(SOURCE, event.session().source())
        + ' '
        + marks.of(NAME, event.name())
        + ' '
        + marks.of(TYPE, String.valueOf(type))
        + words;
  }

  /** The question to FTS5: each term in quotes, so that nothing in it is an operator. */
  static String match(Wanted wanted) {
    List<String> terms = new ArrayList<>();
    if (wanted.session() != null) {
      terms.add(quoted(mark(SESSION, wanted.session())));
    }
    if (wanted.source() != null) {
      terms.add(quoted(mark(SOURCE, wanted.source())));
    }
    if (wanted.name() != null) {
      terms.add(quoted(mark(NAME, wanted.name())));
    }
    EventType type = wanted.type();
    if (type != null) {
      terms.add(quoted(mark(TYPE, type.text())));
    }
    for (TextQuery.Phrase phrase : wanted.text().phrases()) {
      int last = phrase.words().size() - 1;
      for (int i = 0; i <= last; i++) {
        terms.add(quoted(phrase.words().get(i)) + (phrase.prefix() && i == last ? "*" : ""));
      }
    }
    return String.join(" AND ", terms);
  }

  private static String quoted(String term) {
    return '"' + term + '"';
  }

  /** The marks that were used last: events have few different ones. */
  private static final class Marks {
    private static final int REMEMBERED = 512;

    private final Map<String, String> known =
        new LinkedHashMap<>(64, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
          }
        };

    private String of(char kind, String value) {
      return known.computeIfAbsent(kind + value, each -> mark(kind, value));
    }
  }

  private static String mark(char kind, String value) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(UTF_8));
      return kind + HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
