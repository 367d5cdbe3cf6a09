package dev.evenkeel.extension.testkit;

import org.assertj.core.api.Assertions;

/**
 * All of AssertJ, and {@link ReactionAssert}: one static import for both.
 *
 * <pre>{@code
 * import static dev.evenkeel.extension.testkit.ExtensionAssertions.assertThat;
 *
 * assertThat(harness.send("claude-code", event)).attached("outcome", "failed").emittedNothing();
 * }</pre>
 */
public final class ExtensionAssertions extends Assertions {

  private ExtensionAssertions() {}

  /** Says what an extension did with an event. */
  public static ReactionAssert assertThat(Reaction reaction) {
    return new ReactionAssert(reaction);
  }
}
