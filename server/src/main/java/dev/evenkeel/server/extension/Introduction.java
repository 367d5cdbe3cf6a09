package dev.evenkeel.server.extension;

import dev.evenkeel.extension.Extension;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An extension that is still to be started, with what it says of itself. It is asked once, where it
 * is made: its answers are code of its own, which may throw, hang or change.
 *
 * @param name in configuration and status
 * @param enabledByDefault whether it runs where nothing is configured
 */
record Introduction(Extension extension, String name, boolean enabledByDefault) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

  /**
   * Asks the extension, on a thread that it may hold up.
   *
   * @throws RefusedException when it does not answer, or its name is none
   */
  static Introduction of(Extension extension) throws RefusedException {
    return new Introduction(
        extension,
        checked(ask("name()", extension::name)),
        ask("enabledByDefault()", extension::enabledByDefault));
  }

  private static <T extends @Nullable Object> T ask(String question, Callable<T> answer)
      throws RefusedException {
    try {
      return answer.call();
    } catch (Throwable e) {
      throw new RefusedException(
          "its " + question + " fails: " + Reason.of(e) + ". It has to return a fixed value", e);
    }
  }

  private static String checked(@Nullable String name) throws RefusedException {
    if (name == null || !NAME.matcher(name).matches()) {
      throw new RefusedException(
          "it calls itself '"
              + name
              + "'; a name is lower case letters, digits and single hyphens");
    }
    return name;
  }
}
