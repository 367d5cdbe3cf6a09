package dev.evenkeel.extensions.redact;

import dev.evenkeel.extensions.redact.SecretNames.Meaning;
import org.jspecify.annotations.Nullable;

/** A string of the payload whose own field has a name that says it is secret. */
final class KeyedValue {

  private static final String KIND = "secret-value";
  private static final int LEAST = 4;
  private static final int LEAST_MADE = 8;
  private static final int MOST = 8 << 10;

  private KeyedValue() {}

  static @Nullable Finding in(Text value, Meaning meaning) {
    int from = meaning == Meaning.HEADER ? behindScheme(value) : value.from();
    int length = value.to() - from;
    if (length < LEAST || length > MOST || Placeholders.isOne(value, from, value.to())) {
      return null;
    }
    boolean secret =
        switch (meaning) {
          case PASSWORD -> !has(value, from, '\n') && !isPlace(value, from);
          case HEADER -> !has(value, from, '\n') && length >= LEAST_MADE;
          case KEY ->
              length >= LEAST_MADE
                  && !has(value, from, ' ')
                  && !has(value, from, '\n')
                  && !isPlace(value, from)
                  && AssignedValue.mixesDigitsAndLetters(value, from, value.to());
        };
    return secret ? new Finding(from, value.to(), KIND, false) : null;
  }

  private static int behindScheme(Text value) {
    int scheme = value.runEnd(value.from(), Ascii.TOKEN, LEAST_MADE * 3);
    return value.at(scheme) == ' ' ? scheme + 1 : value.from();
  }

  private static boolean has(Text text, int from, char wanted) {
    for (int i = from; i < text.to(); i++) {
      if (text.at(i) == wanted) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPlace(Text text, int from) {
    int scheme = text.runEnd(from, Ascii.LETTERS, LEAST_MADE);
    return FilePaths.isAbsolute(text, from, text.to())
        || text.has(from, "~/")
        || text.has(scheme, "://");
  }
}
