package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Telegram bot's token: its number, {@code :AA}, and 33 more characters. */
final class TelegramToken implements Detector {

  private static final int LEAST_DIGITS = 8;
  private static final int MOST_DIGITS = 10;
  private static final int REST = 33;

  @Override
  public String kind() {
    return "telegram-token";
  }

  @Override
  public List<String> keywords() {
    return List.of(":AA");
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    int from = at;
    while (at - from <= MOST_DIGITS && Ascii.DIGITS.contains(text.at(from - 1))) {
      from--;
    }
    int digits = at - from;
    if (digits < LEAST_DIGITS || digits > MOST_DIGITS) {
      return null;
    }
    int end = text.runEnd(at + length, Ascii.TOKEN, REST + 1);
    return end - at - length == REST ? new Finding(from, end, kind(), true) : null;
  }
}
