package dev.evenkeel.extension;

import org.jspecify.annotations.Nullable;

/**
 * What an event means, whatever its agent calls it: {@code PreToolUse} of Claude Code, {@code
 * BeforeTool} of Gemini CLI and {@code tool.execute.before} of opencode are all {@link #PRE_TOOL}.
 * More kinds may come.
 */
public enum EventKind {
  /** A conversation begins or goes on. */
  SESSION_START("session_start"),
  /** A conversation is over: whatever was open in it stays without an end. */
  SESSION_END("session_end"),
  /** The user asked something: a turn begins. */
  USER_PROMPT("user_prompt"),
  /** A tool is about to be called. */
  PRE_TOOL("pre_tool"),
  /** A tool has returned; {@link Meaning#outcome} says how, where the agent does. */
  POST_TOOL("post_tool"),
  /** A tool has failed, and the agent has an event of its own for that. */
  TOOL_FAILURE(null),
  /** A tool was not allowed to run. */
  TOOL_DENIAL(null),
  /** A subagent begins. */
  SUBAGENT_START("subagent_start"),
  /** A subagent is done. */
  SUBAGENT_STOP("subagent_stop"),
  /** The agent is done with a turn; {@link Meaning#outcome} says how, where the agent does. */
  STOP("stop"),
  /** A turn ended with an error. */
  STOP_FAILURE(null),
  /** The user broke off a turn. */
  INTERRUPT(null),
  /** The agent tells its user something. */
  NOTIFICATION("notification"),
  /** Everything else. */
  OTHER(null);

  private final @Nullable String subtype;

  EventKind(@Nullable String subtype) {
    this.subtype = subtype;
  }

  /** The short form of such events' names, or null where it is the agent's own name. */
  @Nullable String subtype() {
    return subtype;
  }
}
