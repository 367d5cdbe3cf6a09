package dev.evenkeel.server.extension;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts an extension's failure into words. An exception is the extension's code too: its methods may
 * throw, and its message may be of any length and hold any text of the event.
 */
final class FailureText {

  /** As much of a message as helps. */
  private static final int MOST_CHARACTERS = 500;

  private static final int MOST_FRAMES = 40;
  private static final int MOST_CAUSES = 5;

  private FailureText() {}

  /** Its class and its message. */
  static String of(Throwable failure) {
    String message = message(failure);
    String name = failure.getClass().getName();
    return message == null ? name : name + ": " + message;
  }

  /**
   * Its class and where it came from, for what was not filtered yet: a message may hold a secret.
   */
  static String withoutMessage(Throwable failure) {
    StackTraceElement[] frames = frames(failure);
    String name = failure.getClass().getName();
    return frames.length == 0 ? name : name + " at " + frames[0];
  }

  /** Its message, cut, or null when there is none that can be had. */
  static @Nullable String message(Throwable failure) {
    String message = attempt(failure::getMessage);
    return message == null || message.length() <= MOST_CHARACTERS
        ? message
        : message.substring(0, MOST_CHARACTERS) + "... (" + message.length() + " characters)";
  }

  /** Where it and its causes came from, a line each. */
  static String trace(Throwable failure, boolean withMessages) {
    var text = new StringBuilder();
    Throwable each = failure;
    for (int i = 0; each != null && i < MOST_CAUSES; i++) {
      if (i > 0) {
        text.append("\nCaused by: ").append(withMessages ? of(each) : each.getClass().getName());
      }
      StackTraceElement[] frames = frames(each);
      for (int k = 0; k < Math.min(frames.length, MOST_FRAMES); k++) {
        text.append("\n\tat ").append(frames[k]);
      }
      each = attempt(each::getCause);
    }
    return text.toString();
  }

  private static StackTraceElement[] frames(Throwable failure) {
    StackTraceElement[] frames = attempt(failure::getStackTrace);
    return frames == null ? new StackTraceElement[0] : frames;
  }

  private static <T> @Nullable T attempt(Supplier<@Nullable T> from) {
    try {
      return from.get();
    } catch (Throwable e) {
      return null;
    }
  }
}
