package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The password in an address: {@code postgres://user:password@host}. User and host stay. It may
 * have characters that an address should have as percent codes: letters beyond ASCII, an {@code @},
 * and a slash where the rest looks like a user and a password.
 */
final class UrlPassword implements Detector {

  private static final Ascii USER_INFO = Ascii.of("0-9a-zA-Z._~!$&'()*+,;=:%^#|-");

  /** No dot: what has one is a host and no user, where a slash follows. */
  private static final Ascii USER = Ascii.of("0-9a-zA-Z_~%+-");

  private static final String HOST_OF_PORTS = "localhost:";
  private static final String PORT = "port";
  private static final int MOST = 512;

  @Override
  public String kind() {
    return "url-password";
  }

  @Override
  public List<String> keywords() {
    return List.of("://");
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    int begin = at + length;
    int end = lastAt(text, begin);
    if (end < 0) {
      end = lastAtBehindSlash(text, begin);
    }
    int password = begin;
    while (password < end && text.at(password) != ':') {
      password++;
    }
    if (password + 1 >= end || Placeholders.isOne(text, password + 1, end)) {
      return null;
    }
    return new Finding(password + 1, end, kind(), false);
  }

  /** The last {@code @} before what ends user and host, or -1. */
  private static int lastAt(Text text, int from) {
    int last = -1;
    for (int i = from; i <= from + MOST; i++) {
      if (text.at(i) == '@') {
        last = i;
      } else if (!isUserInfo(text, i) || (last >= 0 && text.at(i) == '\'')) {
        return last;
      }
    }
    return last;
  }

  /** The same where the password has a slash; -1 where it is rather a port and a path. */
  private static int lastAtBehindSlash(Text text, int from) {
    int colon = text.runEnd(from, USER, MOST);
    if (text.at(colon) != ':' || text.hasIgnoringCase(from, HOST_OF_PORTS)) {
      return -1;
    }
    int password = colon + 1;
    int slash = password;
    while (slash < from + MOST && isUserInfo(text, slash)) {
      slash++;
    }
    if (!isSlash(text.at(slash)) || slash == password || isPort(text, password, slash)) {
      return -1;
    }
    int end = slash;
    while (end < from + MOST && isOfPassword(text, end)) {
      end++;
    }
    boolean secret =
        text.at(end) == '@'
            && Ascii.ALPHANUMERIC.contains(text.at(end + 1))
            && AssignedValue.mixesDigitsAndLetters(text, password, end);
    return secret ? lastAt(text, end) : -1;
  }

  /** A number, its name, or a variable. */
  private static boolean isPort(Text text, int from, int to) {
    return text.runEnd(from, Ascii.DIGITS, MOST) == to
        || (to - from == PORT.length() && text.hasIgnoringCase(from, PORT))
        || Templates.areAll(text, from, to);
  }

  private static boolean isSlash(int c) {
    return c == '/' || c == '?';
  }

  private static boolean isOfPassword(Text text, int at) {
    int c = text.at(at);
    return (isUserInfo(text, at) || isSlash(c)) && c != '\'' && !text.has(at, "://");
  }

  /** Of letters beyond ASCII, without the punctuation and the arrows that UTF-8 has between. */
  private static boolean isUserInfo(Text text, int at) {
    int c = text.at(at);
    return USER_INFO.contains(c)
        || (c >= 0x80 && c != 0xE2 && c != 0xEF && !(c == 0xE3 && text.at(at + 1) == 0x80));
  }
}
