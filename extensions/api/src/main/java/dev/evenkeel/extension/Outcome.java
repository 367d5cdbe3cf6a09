package dev.evenkeel.extension;

import java.util.Locale;

/** How something ended, by what agents really send: a tool call, a turn, or a subagent's run. */
public enum Outcome {
  /** It did what it was to do, or its agent says nothing else. */
  SUCCEEDED,
  /** It ended with an error. */
  FAILED,
  /** The user broke it off. */
  INTERRUPTED,
  /** It was not allowed to begin. */
  DENIED;

  /** The word for it in published events: {@code succeeded}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
