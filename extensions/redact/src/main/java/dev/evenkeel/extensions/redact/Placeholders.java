package dev.evenkeel.extensions.redact;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Values that stand for a secret and are none: variables, examples, types, masks. */
final class Placeholders {

  private static final int LONGEST = 64;
  private static final Set<String> WORDS =
      Set.of(
          "password",
          "passwd",
          "passphrase",
          "pass",
          "pwd",
          "secret",
          "token",
          "apikey",
          "api_key",
          "null",
          "none",
          "nil",
          "true",
          "false",
          "undefined",
          "string",
          "str",
          "bytes",
          "text",
          "number",
          "boolean",
          "object",
          "required",
          "optional",
          "hidden",
          "missing",
          "invalid",
          "empty",
          "default",
          "username",
          "user");
  private static final List<String> BEGINNINGS =
      List.of(
          "your",
          "my-",
          "my_",
          "example",
          "placeholder",
          "changeme",
          "change_me",
          "change-me",
          "redacted",
          "dummy",
          "fake-",
          "fake_",
          "process.env",
          "os.environ",
          "os.getenv",
          "env.",
          "import.meta",
          "config.",
          "settings.",
          "self.",
          "this.",
          "options.",
          "args.",
          "params.",
          "secrets.",
          "vars.",
          "@microsoft.keyvault(");

  private Placeholders() {}

  static boolean isOne(Text text, int from, int to) {
    if (isOneCharacter(text, from, to) || Templates.areAll(text, from, to)) {
      return true;
    }
    if (text.has(to - 3, "...") || text.hasIgnoringCase(from, "redacted:")) {
      return true;
    }
    int length = Math.min(to - from, LONGEST);
    String value = new String(text.bytes(), from, length, ISO_8859_1).toLowerCase(Locale.ROOT);
    return WORDS.contains(value) || BEGINNINGS.stream().anyMatch(value::startsWith);
  }

  /** A mask: one character again and again. */
  private static boolean isOneCharacter(Text text, int from, int to) {
    int first = text.at(from);
    for (int i = from + 1; i < to; i++) {
      if (text.at(i) != first) {
        return false;
      }
    }
    return true;
  }
}
