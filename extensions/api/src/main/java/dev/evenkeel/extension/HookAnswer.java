package dev.evenkeel.extension;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What a guard tells an agent, in terms of no agent. The server writes it in the agent's own
 * format, as far as the agent takes such an answer for such an event; the published {@code
 * decision} says whether it did.
 *
 * <p>Where several guards answer, a denial goes before a question, and a question before a
 * permission; of two of a kind the first counts, in the order of the extensions. Added contexts are
 * joined. The first replaced input counts, and none where the call is denied.
 *
 * <p>Texts are told to the agent up to {@value #MAX_TEXT} characters. They pass the filters before
 * they are kept, like the event.
 */
public sealed interface HookAnswer {

  /** The longest text that an agent is told, in characters; what is longer is cut. */
  int MAX_TEXT = 10_000;

  /** Nothing: the agent goes on as it would. */
  record None() implements HookAnswer {}

  /**
   * The agent does it without asking its user.
   *
   * @param reason why, for the user, or null
   */
  record Allow(@Nullable String reason) implements HookAnswer {}

  /**
   * The agent does not do it.
   *
   * @param reason why not, and what to do instead: the agent reads it and goes on from there
   */
  record Deny(String reason) implements HookAnswer {
    public Deny {
      requireText(reason, "a denial");
    }
  }

  /**
   * The agent asks its user.
   *
   * @param reason why, for the user
   */
  record Ask(String reason) implements HookAnswer {
    public Ask {
      requireText(reason, "a question");
    }
  }

  /**
   * The agent is told something more, and goes on.
   *
   * @param text what it reads
   */
  record AddContext(String text) implements HookAnswer {
    public AddContext {
      requireText(text, "a context");
    }
  }

  /**
   * The agent calls the tool with another input.
   *
   * @param input the whole input, not a part of it
   */
  record ReplaceInput(ObjectNode input) implements HookAnswer {
    public ReplaceInput {
      input = requireNonNull(input, "the input is null").deepCopy();
    }

    /** A copy. */
    @Override
    public ObjectNode input() {
      return input.deepCopy();
    }
  }

  /**
   * What the guard would say. It is published as a decision, and the agent is told nothing: so a
   * rule is tried out.
   *
   * @param answer any other
   */
  record DryRun(HookAnswer answer) implements HookAnswer {
    public DryRun {
      if (requireNonNull(answer) instanceof DryRun) {
        throw new IllegalArgumentException("a dry run of a dry run; give the answer itself");
      }
    }
  }

  /** Nothing. */
  static HookAnswer none() {
    return new None();
  }

  /** Do it, without asking. */
  static HookAnswer allow() {
    return new Allow(null);
  }

  /** Do it, without asking. */
  static HookAnswer allow(String reason) {
    return new Allow(requireNonNull(reason));
  }

  /**
   * Do not do it.
   *
   * @throws IllegalArgumentException when the reason is blank
   */
  static HookAnswer deny(String reason) {
    return new Deny(reason);
  }

  /**
   * Ask the user.
   *
   * @throws IllegalArgumentException when the reason is blank
   */
  static HookAnswer ask(String reason) {
    return new Ask(reason);
  }

  /**
   * Read this, too.
   *
   * @throws IllegalArgumentException when the text is blank
   */
  static HookAnswer addContext(String text) {
    return new AddContext(text);
  }

  /** Call the tool with this input. */
  static HookAnswer replaceInput(ObjectNode input) {
    return new ReplaceInput(input);
  }

  /**
   * The same, published and not told to the agent.
   *
   * @throws IllegalArgumentException when it is a dry run already
   */
  default HookAnswer asDryRun() {
    return new DryRun(this);
  }

  private static void requireText(String text, String what) {
    if (requireNonNull(text).isBlank()) {
      throw new IllegalArgumentException(what + " needs a text that is not blank");
    }
  }
}
