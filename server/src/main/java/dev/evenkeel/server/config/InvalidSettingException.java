package dev.evenkeel.server.config;

/**
 * A setting that the server cannot start with. The message is for the user: which key, which value,
 * what to do, and where it was set.
 */
public final class InvalidSettingException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * @param key the setting
   * @param complaint what is wrong with it and what to do, to be read on right after the key
   */
  public InvalidSettingException(String key, String complaint) {
    super(key + complaint);
    this.key = key;
  }

  private InvalidSettingException(String message, InvalidSettingException cause) {
    super(message, cause);
    this.key = cause.key;
  }

  /** The setting, with a dot between its parts. */
  public String key() {
    return key;
  }

  /** The same with the place where the user finds the value. */
  InvalidSettingException setIn(String origin) {
    return new InvalidSettingException(getMessage() + " (set in " + origin + ")", this);
  }
}
