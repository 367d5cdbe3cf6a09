package dev.evenkeel.extensions.prompts;

/**
 * {@code evenkeel.extensions.prompts.*}
 *
 * @param maxText the most characters that are kept of a prompt, an answer and an error; 10,000
 */
public record PromptsConfig(int maxText) {

  /** The defaults. */
  public PromptsConfig() {
    this(10_000);
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when maxText is less than 1
   */
  public PromptsConfig {
    if (maxText < 1) {
      throw new IllegalArgumentException("max-text is " + maxText + "; at least 1 is needed");
    }
  }
}
