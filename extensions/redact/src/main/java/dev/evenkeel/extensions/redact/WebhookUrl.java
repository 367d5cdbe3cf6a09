package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The address of a chat's webhook: whoever knows its path may post. The host stays. */
final class WebhookUrl implements Detector {

  private static final Ascii PATH = Ascii.of("0-9a-zA-Z_/@%.-");
  private static final int LEAST = 20;

  /** So many characters tell whether it is one; the rest of a longer path belongs to it. */
  private static final int TOLD_BY = 300;

  @Override
  public String kind() {
    return "webhook-url";
  }

  @Override
  public List<String> keywords() {
    return List.of(
        "hooks.slack.com/services/",
        "hooks.slack.com/workflows/",
        "discord.com/api/webhooks/",
        "discordapp.com/api/webhooks/",
        "webhook.office.com/webhookb2/");
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    int begin = at + length;
    int told = text.runEnd(begin, PATH, TOLD_BY);
    boolean real = told - begin >= LEAST && hasDigit(text, begin, told);
    if (!real) {
      return null;
    }
    return new Finding(begin, text.runEnd(told, PATH, text.to() - told), kind(), true);
  }

  private static boolean hasDigit(Text text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (Ascii.DIGITS.contains(text.at(i))) {
        return true;
      }
    }
    return false;
  }
}
