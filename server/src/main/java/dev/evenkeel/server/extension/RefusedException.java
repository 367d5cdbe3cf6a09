package dev.evenkeel.server.extension;

/** An extension that cannot run. The message says why, and what to do. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  public RefusedException(String message) {
    super(message);
  }

  public RefusedException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Why it cannot run and, where a setting is wrong, what to do: nobody looks at settings again by
   * himself.
   *
   * @param again what makes the server try again: {@code copy the jar again}
   */
  String reason(String again) {
    String said = String.valueOf(getMessage());
    return said.contains("evenkeel.extensions.") ? said + ". Correct it and " + again : said;
  }
}
