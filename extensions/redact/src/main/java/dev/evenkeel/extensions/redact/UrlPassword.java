package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The password in an address: {@code postgres://user:password@host}. User and host stay. */
final class UrlPassword implements Detector {

  private static final Ascii USER_INFO = Ascii.of("0-9a-zA-Z._~!$&'()*+,;=:%^#|-");
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
    int end = text.runEnd(begin, USER_INFO, MOST);
    if (text.at(end) != '@') {
      return null;
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
}
