package dev.evenkeel.extensions.redact;

import org.jspecify.annotations.Nullable;

/**
 * Values that somebody or something fills in: {@code ${NAME}}, {@code $NAME}, {@code <name>},
 * {@code {{ name }}}, {@code %NAME%}, {@code [name]}. Only as a whole: a password may begin with
 * any of these characters.
 */
final class Templates {

  /** How one of them opens, and what closes it. */
  private record Form(String opening, char closing) {}

  private static final Form[] FORMS = {
    new Form("${", '}'),
    new Form("$(", ')'),
    new Form("#{", '}'),
    new Form("%{", '}'),
    new Form("@{", '}'),
    new Form("%(", ')'),
    new Form("&lt;", ';'),
    new Form("{", '}'),
    new Form("<", '>'),
    new Form("[", ']'),
    new Form("(", ')')
  };

  private static final Ascii FIRST_OF_NAME = Ascii.of("a-zA-Z_");
  private static final Ascii NAME = Ascii.of("0-9a-zA-Z_");
  private static final Ascii BETWEEN = Ascii.of(":/@._-");
  private static final Ascii CLOSING = Ascii.of("})>]");

  private Templates() {}

  /**
   * Whether nothing else is in it, but for what joins them, words, and a full stop behind; or the
   * first of them is open at the end, because a space cut it off.
   */
  static boolean areAll(Text text, int from, int to) {
    int end = text.at(to - 1) == '.' ? to - 1 : to;
    if (isFormat(text, from, end)) {
      return true;
    }
    boolean braces = false;
    int at = from;
    while (at < end) {
      Form form = formAt(text, at, end);
      int behind = form == null ? behindVariable(text, at, end) : behind(text, form, at, end);
      if (behind < 0) {
        return form != null && at == from && isOnlyThat(text, form, at);
      }
      if (behind > at) {
        braces |= form != null && isOnlyThat(text, form, at);
        at = behind;
      } else if (at == from || Ascii.DIGITS.contains(text.at(at))) {
        return false;
      } else if (braces || (BETWEEN.contains(text.at(at)) && at + 1 < end)) {
        at++;
      } else {
        return false;
      }
    }
    return end > from;
  }

  /** {@code %s}, as of printf. */
  private static boolean isFormat(Text text, int from, int to) {
    return to - from == 2 && text.at(from) == '%' && Ascii.LETTERS.contains(text.at(from + 1));
  }

  /** Whether it is hardly anything else, so that words may stand behind it. */
  private static boolean isOnlyThat(Text text, Form form, int at) {
    return form.opening.length() > 1 || form.closing == '>' || text.has(at, "{{");
  }

  private static @Nullable Form formAt(Text text, int at, int end) {
    for (Form form : FORMS) {
      if (at + form.opening.length() < end && text.has(at, form.opening)) {
        return form;
      }
    }
    return null;
  }

  /** Behind its closing character and those that follow it directly; -1 where it has none. */
  private static int behind(Text text, Form form, int at, int end) {
    for (int i = at + form.opening.length(); i < end; i++) {
      if (text.at(i) == form.closing) {
        int behind = i + 1;
        while (behind < end && CLOSING.contains(text.at(behind))) {
          behind++;
        }
        return behind;
      }
    }
    return -1;
  }

  /** {@code $NAME}, {@code $env:NAME} or {@code %NAME%}; the same place where there is none. */
  private static int behindVariable(Text text, int at, int end) {
    int sign = text.at(at);
    if (sign == '%') {
      int i = at + 1;
      while (i < end && (NAME.contains(text.at(i)) || "().:-".indexOf(text.at(i)) >= 0)) {
        i++;
      }
      return i > at + 1 && i < end && text.at(i) == '%' ? i + 1 : at;
    }
    if (sign != '$') {
      return at;
    }
    int name = text.has(at, "$env:") ? at + 5 : at + 1;
    if (name >= end || !FIRST_OF_NAME.contains(text.at(name))) {
      return at;
    }
    return Math.min(end, text.runEnd(name, NAME, end - name));
  }
}
