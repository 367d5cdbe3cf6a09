package dev.evenkeel.extension;

import static java.util.Objects.requireNonNull;

/**
 * A conversation with an agent. Two agents may use the same id: only both together name a session.
 *
 * @param source the agent, as in the address of its hooks: {@code claude-code}, {@code codex}
 * @param id the agent's own id, empty when the agent sends none
 */
public record Session(String source, String id) {
  public Session {
    requireNonNull(source);
    requireNonNull(id);
  }
}
