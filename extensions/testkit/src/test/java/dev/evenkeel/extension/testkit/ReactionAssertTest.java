package dev.evenkeel.extension.testkit;

import static dev.evenkeel.extension.testkit.ExtensionAssertions.assertThat;
import static dev.evenkeel.extension.testkit.ExtensionAssertions.assertThatCode;
import static dev.evenkeel.extension.testkit.ExtensionAssertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.HookAnswer;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each assertion holds where it should, and says what was found where it does not. */
class ReactionAssertTest {

  /** An extension that does what a test says. */
  private record Sample(Consumer<ExtensionContext> onStart) implements Extension {
    @Override
    public void start(ExtensionContext context) {
      onStart.accept(context);
    }
  }

  private static Reaction reaction(Consumer<ExtensionContext> start) {
    try (var harness = ExtensionHarness.of(() -> new Sample(start)).start()) {
      return harness.send("claude-code", "{\"hook_event_name\":\"X\"}");
    }
  }

  private static Reaction reactionOf(EventProcessor processor) {
    return reaction(context -> context.process("X", processor));
  }

  private static Reaction answering(HookAnswer answer) {
    return reaction(context -> context.guard("X", event -> answer));
  }

  /** What holds, what does not, and what is then said. */
  static Stream<Arguments> assertions() {
    Reaction full =
        reactionOf(
            (event, emission) -> {
              emission.attach("outcome", "failed");
              emission.attach("n", 7L);
              emission.emit("done", JsonNodeFactory.instance.objectNode().put("a", 1).put("b", 2));
              emission.drop("noise");
            });
    Reaction empty = reactionOf((event, emission) -> {});
    Reaction failed =
        reactionOf(
            (event, emission) -> {
              throw new IllegalStateException("broken");
            });
    Reaction denied = answering(HookAnswer.deny("not to main"));
    Reaction asked = answering(HookAnswer.ask("really?"));
    return Stream.of(
        of(full, a -> a.attached("outcome", "failed").attached("n", 7).attached("n")),
        not(full, a -> a.attached("outcome", "succeeded"), "\"failed\"; expected \"succeeded\""),
        not(full, a -> a.attached("other"), "expected other among it"),
        not(full, a -> a.notAttached("n"), "expected no n"),
        not(full, ReactionAssert::attachedNothing, "attached {outcome="),
        of(empty, a -> a.notAttached("n").attachedNothing()),
        of(full, a -> a.emitted("done").emitted("done", Map.of("b", 2))),
        not(full, a -> a.emitted("begun"), "expected begun"),
        not(full, a -> a.emitted("done", Map.of("b", 3)), "expected done with {b=3}"),
        not(full, a -> a.emitted("done", Map.of("c", 3)), "expected done with {c=3}"),
        not(full, ReactionAssert::emittedNothing, "expected nothing"),
        of(empty, ReactionAssert::emittedNothing),
        of(full, a -> a.dropped("noise")),
        not(full, a -> a.dropped("other"), "noise; expected other"),
        not(full, ReactionAssert::isKept, "expected it kept"),
        of(empty, ReactionAssert::isKept),
        not(empty, a -> a.dropped("noise"), "null; expected noise"),
        of(denied, a -> a.denied("not", "main")),
        not(denied, a -> a.denied("force"), "expected Deny with [force]"),
        not(asked, a -> a.denied(), "expected Deny"),
        of(asked, a -> a.asked("really")),
        not(denied, a -> a.asked(), "expected Ask"),
        of(answering(HookAnswer.allow()), ReactionAssert::allowed),
        not(denied, ReactionAssert::allowed, "expected Allow"),
        of(answering(HookAnswer.addContext("use pnpm")), a -> a.addedContext("pnpm")),
        not(denied, a -> a.addedContext("pnpm"), "expected AddContext"),
        of(empty, ReactionAssert::answeredNothing),
        not(denied, ReactionAssert::answeredNothing, "expected nothing"),
        of(empty, ReactionAssert::hasNoFailures),
        not(failed, ReactionAssert::hasNoFailures, "broken"));
  }

  private static Arguments of(Reaction reaction, Consumer<ReactionAssert> holds) {
    return Arguments.of(reaction, holds, "");
  }

  private static Arguments not(Reaction reaction, Consumer<ReactionAssert> fails, String said) {
    return Arguments.of(reaction, fails, said);
  }

  @ParameterizedTest
  @MethodSource("assertions")
  void holdsOrSaysWhatItFound(Reaction reaction, Consumer<ReactionAssert> check, String said) {
    if (said.isEmpty()) {
      assertThatCode(() -> check.accept(assertThat(reaction))).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> check.accept(assertThat(reaction)))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining(said);
    }
  }
}
