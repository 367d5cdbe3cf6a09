package dev.evenkeel.extensions.delegations;

import java.util.List;

/**
 * {@code evenkeel.extensions.delegations.*}
 *
 * @param tools the tools that delegate: Claude Code's {@code Agent}, and {@code Task} as older
 *     versions and Cursor call it; {@code task} of Copilot CLI and opencode; {@code invoke_agent}
 *     and {@code delegate_to_agent} of Gemini CLI
 * @param backgroundTools the tools that delegate and return while the subagent goes on, always:
 *     {@code spawn_agent} of Codex, also with the word in front that newer versions put there
 * @param maxText the most characters that are kept of a prompt, a description, a result and an
 *     error; 10,000
 */
public record DelegationsConfig(List<String> tools, List<String> backgroundTools, int maxText) {

  /** The defaults. */
  public DelegationsConfig() {
    this(
        List.of("Agent", "Task", "task", "invoke_agent", "delegate_to_agent"),
        List.of("spawn_agent", "collaborationspawn_agent"),
        10_000);
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when maxText is less than 1
   */
  public DelegationsConfig {
    tools = List.copyOf(tools);
    backgroundTools = List.copyOf(backgroundTools);
    if (maxText < 1) {
      throw new IllegalArgumentException("max-text is " + maxText + "; at least 1 is needed");
    }
  }
}
