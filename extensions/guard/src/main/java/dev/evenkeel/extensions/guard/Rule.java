package dev.evenkeel.extensions.guard;

import dev.evenkeel.extension.HookAnswer;
import org.jspecify.annotations.Nullable;

/** One rule of the operator's, ready to be asked. */
final class Rule {

  private final String name;
  private final Kind kind;
  private final String reason;
  private final @Nullable Glob tool;
  private final @Nullable BoundedPattern pattern;
  private final @Nullable Glob path;
  private final @Nullable Glob session;
  private final String agent;

  /** What it answers. The stronger one is first. */
  enum Kind {
    DENY,
    ASK,
    ALLOW
  }

  /**
   * @throws IllegalArgumentException when something in it is wrong; the message says which key
   */
  Rule(String name, RuleConfig config) {
    this.name = name;
    this.kind =
        switch (config.answer()) {
          case "deny" -> Kind.DENY;
          case "ask" -> Kind.ASK;
          case "allow" -> Kind.ALLOW;
          default ->
              throw wrong("answer", "is '" + config.answer() + "'; it is deny, ask or allow");
        };
    this.reason = config.reason();
    this.tool = glob(config.tool());
    this.path = glob(config.path());
    this.session = glob(config.session());
    this.agent = config.agent();
    try {
      this.pattern = config.pattern().isEmpty() ? null : new BoundedPattern(config.pattern());
    } catch (IllegalArgumentException e) {
      throw wrong("pattern", "cannot be used: " + e.getMessage());
    }
    boolean asksNothing =
        tool == null && path == null && session == null && pattern == null && agent.isEmpty();
    if (asksNothing) {
      throw wrong("tool", "is not set, nor is another condition: the rule would match every call");
    }
  }

  private static @Nullable Glob glob(String text) {
    return text.isEmpty() ? null : new Glob(text);
  }

  private IllegalArgumentException wrong(String key, String what) {
    return new IllegalArgumentException(
        "evenkeel.extensions.guard.rules." + name + "." + key + " " + what);
  }

  Kind kind() {
    return kind;
  }

  /**
   * Where a text cannot be searched in time, a rule that forbids counts and one that allows not.
   *
   * @param looks what the event has left for all of its texts and rules
   */
  boolean matches(ToolCall call, Looks looks) {
    if (!agent.isEmpty() && !agent.equals(call.agent())) {
      return false;
    }
    if (session != null && !session.matches(call.session())) {
      return false;
    }
    if (tool != null && !tool.matches(call.tool())) {
      return false;
    }
    if (path != null && call.paths().stream().noneMatch(path::matches)) {
      return false;
    }
    return pattern == null || call.texts().stream().anyMatch(text -> isFound(pattern, text, looks));
  }

  private boolean isFound(BoundedPattern wanted, String text, Looks looks) {
    return switch (wanted.search(text, looks)) {
      case FOUND -> true;
      case NOT_FOUND -> false;
      case GIVEN_UP -> kind != Kind.ALLOW;
    };
  }

  HookAnswer answer() {
    String text = reason.isEmpty() ? "The rule " + name + " says so." : reason;
    return switch (kind) {
      case DENY -> HookAnswer.deny(text);
      case ASK -> HookAnswer.ask(text);
      case ALLOW -> HookAnswer.allow(text);
    };
  }
}
