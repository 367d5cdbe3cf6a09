package dev.evenkeel.extensions.redact;

import dev.evenkeel.extensions.redact.SecretNames.Meaning;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value whose name says that it is secret: {@code DB_PASSWORD=...} as in {@code .env} files,
 * {@code "apiKey": "..."} as in JSON and code, {@code --token ...} as in commands. Only the value
 * is replaced: to its closing quotation mark; in a line of a {@code .env} file to the next space;
 * elsewhere, as in the query of an address, to what separates values there.
 */
final class AssignedValue implements Detector {

  private static final Ascii SPACE = Ascii.of(" \t");
  private static final Ascii QUOTE = Ascii.of("\"'`");
  private static final Ascii BACKSLASH = Ascii.of("\\");
  private static final Ascii UPPER_NAME = Ascii.of("0-9A-Z_");
  private static final Ascii IN_QUOTES = Ascii.of("!#-&(-[]-_a-~");

  /** No white space, quotation marks, brackets, or what separates values. */
  private static final Ascii PLAIN = Ascii.of("0-9a-zA-Z!#$%*+./:=?@^_~-");

  private static final Ascii IDENTIFIER = Ascii.of("0-9a-zA-Z_.");

  private static final int MOST_SPACE = 4;
  private static final int LEAST = 4;
  private static final int LEAST_MADE = 8;
  private static final int LEAST_CHOSEN = 6;
  private static final int MOST = 1024;
  private static final int REST_OF_NAME = 16;

  @Override
  public String kind() {
    return "secret-value";
  }

  @Override
  public List<String> keywords() {
    return List.of("pass", "pwd", "secret", "token", "key", "credential");
  }

  @Override
  public boolean ignoresCase() {
    return true;
  }

  /** A value, and what stands around it. */
  private record Value(int from, int to, boolean quoted, boolean spaced) {}

  /** What stands between the name and the value. */
  private record Between(int start, boolean spaced) {}

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    int nameEnd = text.runEnd(at + length, SecretNames.CHARACTERS, REST_OF_NAME);
    int operator = text.runEnd(skipQuote(text, nameEnd), SPACE, MOST_SPACE);
    if (operator == nameEnd && !isOperator(text.at(operator))) {
      return null; // the usual case: a word in a text
    }
    int nameStart = nameStart(text, at);
    Meaning meaning = SecretNames.meaningOf(text, nameStart, nameEnd);
    if (meaning == null || meaning == Meaning.HEADER) {
      return null;
    }
    Between between = behindOperator(text, operator, text.has(nameStart, "--"), operator > nameEnd);
    if (between == null) {
      return null;
    }
    boolean ofShell =
        !between.spaced && text.runEnd(nameStart, UPPER_NAME, nameEnd - nameStart) == nameEnd;
    Value value = valueAt(text, between, ofShell && EnvLines.beginsAt(text, nameStart));
    if (value == null || !isSecret(text, meaning, value, ofShell)) {
      return null;
    }
    return new Finding(value.from, value.to, kind(), false);
  }

  private static int nameStart(Text text, int at) {
    int start = at;
    while (at - start < SecretNames.LONGEST
        && SecretNames.CHARACTERS.contains(text.at(start - 1))) {
      start--;
    }
    return start;
  }

  private static boolean isOperator(int c) {
    return c == '=' || c == ':';
  }

  /** Quotation marks of JSON inside of a string have backslashes before them. */
  private static int skipQuote(Text text, int at) {
    int quote = text.runEnd(at, BACKSLASH, MOST_SPACE);
    return QUOTE.contains(text.at(quote)) ? quote + 1 : at;
  }

  private static @Nullable Between behindOperator(
      Text text, int operator, boolean option, boolean spaceBefore) {
    int behind = behindOperator(text, operator);
    if (behind < 0 && !(option && spaceBefore)) {
      return null;
    }
    int start = text.runEnd(behind < 0 ? operator : behind, SPACE, MOST_SPACE);
    return new Between(start, start > behind || spaceBefore);
  }

  private static @Nullable Value valueAt(Text text, Between between, boolean ofEnvLine) {
    int start = between.start;
    int from = skipQuote(text, start);
    boolean quoted = from > start;
    int to;
    if (quoted) {
      to = quotedEnd(text, from, from - 1 - start);
    } else if (ofEnvLine && !isCall(text, from)) {
      to = EnvLines.wordEnd(text, from, MOST + 1);
    } else {
      to = text.runEnd(from, PLAIN, MOST + 1);
    }
    return to >= from && to - from <= MOST ? new Value(from, to, quoted, between.spaced) : null;
  }

  /**
   * The end of what began with a quotation mark and so many backslashes before it: at the next such
   * mark on the line; where there is none, at any that ends a value without spaces; else -1.
   */
  private static int quotedEnd(Text text, int from, int backslashes) {
    int mark = text.at(from - 1);
    int before = 0;
    int most = mark == '`' ? from : from + MOST + 1; // a shell runs what is between such marks
    for (int i = from; i < most && text.at(i) != Text.NONE && text.at(i) != '\n'; i++) {
      if (text.at(i) == mark && before <= backslashes) {
        return i - before;
      }
      before = text.at(i) == '\\' ? before + 1 : 0;
    }
    int to = text.runEnd(from, IN_QUOTES, MOST + 1);
    return text.at(to) == Text.NONE || isClosed(text, to) ? to : -1;
  }

  private static boolean isClosed(Text text, int at) {
    return QUOTE.contains(text.at(text.runEnd(at, BACKSLASH, MOST_SPACE)));
  }

  /** {@code readToken(}, {@code config[}: code, and nothing that a line of a file has. */
  private static boolean isCall(Text text, int from) {
    int name = text.runEnd(from, IDENTIFIER, MOST);
    return name > from && (text.at(name) == '(' || text.at(name) == '[');
  }

  private static boolean opens(int c) {
    return c == '(' || c == '[' || c == '{';
  }

  /** Behind {@code =}, {@code :}, {@code :=} or {@code =>}; -1 where there is none of them. */
  private static int behindOperator(Text text, int at) {
    int first = text.at(at);
    int second = text.at(at + 1);
    if (!isOperator(first) || (first == second)) {
      return -1;
    }
    return (first == ':' && second == '=') || (first == '=' && second == '>') ? at + 2 : at + 1;
  }

  private static boolean isSecret(Text text, Meaning meaning, Value v, boolean ofShell) {
    int length = v.to - v.from;
    if (length < LEAST || Placeholders.isOne(text, v.from, v.to) || isPlace(text, v)) {
      return false;
    }
    if (!v.quoted && opens(text.at(v.to))) {
      return false; // code
    }
    boolean chosen = meaning == Meaning.PASSWORD;
    if (v.quoted && !Phrases.canBeSecret(text, v.from, v.to, chosen, ofShell)) {
      return false;
    }
    if (ofShell) {
      return chosen ? length >= LEAST_CHOSEN || hasDigit(text, v) : hasDigit(text, v);
    }
    if (v.quoted) {
      return length >= (chosen ? LEAST_CHOSEN : LEAST_MADE)
          && mixesDigitsAndLetters(text, v.from, v.to);
    }
    return length >= LEAST_MADE
        && digits(text, v) >= 2
        && mixesDigitsAndLetters(text, v.from, v.to)
        && !isMember(text, v);
  }

  /** A path or an address; a password in an address has a detector of its own. */
  private static boolean isPlace(Text text, Value v) {
    if (FilePaths.isAbsolute(text, v.from, v.to)
        || text.has(v.from, "./")
        || text.has(v.from, "~/")) {
      return true;
    }
    int scheme = text.runEnd(v.from, Ascii.LETTERS, LEAST_MADE);
    return text.has(scheme, "://");
  }

  /** {@code response.token2}: a dot between names. */
  private static boolean isMember(Text text, Value v) {
    for (int i = v.from; i < v.to; i++) {
      if (text.at(i) == '.' && Ascii.LETTERS.contains(text.at(i + 1))) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasDigit(Text text, Value v) {
    return digits(text, v) > 0;
  }

  private static int digits(Text text, Value v) {
    int count = 0;
    for (int i = v.from; i < v.to; i++) {
      count += Ascii.DIGITS.contains(text.at(i)) ? 1 : 0;
    }
    return count;
  }

  static boolean mixesDigitsAndLetters(Text text, int from, int to) {
    boolean digit = false;
    boolean letter = false;
    for (int i = from; i < to && !(digit && letter); i++) {
      digit |= Ascii.DIGITS.contains(text.at(i));
      letter |= Ascii.LETTERS.contains(text.at(i));
    }
    return digit && letter;
  }
}
