package dev.evenkeel.extensions.guard;

/**
 * A rule as the operator writes it. What is empty is not asked for; all that is given has to match.
 *
 * @param tool names of tools with {@code |} between them; {@code *} stands for any characters
 * @param pattern a regular expression that is found in a text of the tool's input
 * @param path a file that the call names, absolute; {@code *} stands for any characters
 * @param session the session's id; {@code *} stands for any characters
 * @param agent the agent: {@code claude-code}
 * @param answer {@code deny}, {@code ask} or {@code allow}
 * @param reason what the agent or its user reads
 */
record RuleConfig(
    String tool,
    String pattern,
    String path,
    String session,
    String agent,
    String answer,
    String reason) {

  RuleConfig() {
    this("", "", "", "", "", "deny", "");
  }
}
