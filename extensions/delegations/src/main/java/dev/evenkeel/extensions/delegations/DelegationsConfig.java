package dev.evenkeel.extensions.delegations;

import java.util.List;

/**
 * {@code evenkeel.extensions.delegations.*}
 *
 * @param tools the tools that delegate; {@code Agent}, and {@code Task} as older versions call it
 * @param maxText the most characters that are kept of a prompt, a description, a result and an
 *     error; 10,000
 */
public record DelegationsConfig(List<String> tools, int maxText) {

  /** The defaults. */
  public DelegationsConfig() {
    this(List.of("Agent", "Task"), 10_000);
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when maxText is less than 1
   */
  public DelegationsConfig {
    tools = List.copyOf(tools);
    if (maxText < 1) {
      throw new IllegalArgumentException("max-text is " + maxText + "; at least 1 is needed");
    }
  }
}
