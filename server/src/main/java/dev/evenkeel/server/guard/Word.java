package dev.evenkeel.server.guard;

import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookAnswer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one guard said of an event.
 *
 * @param guard the extension
 * @param answer its answer; after a failure nothing, or a denial that says why
 * @param failure why there is no answer of its own, or null
 * @param took from the event's coming to the answer
 */
record Word(String guard, HookAnswer answer, @Nullable String failure, Duration took) {

  static Word of(String guard, HookAnswer answer, Duration took) {
    return new Word(guard, answer, null, took);
  }

  /** A guard that did not answer. */
  static Word failed(String guard, FailureMode mode, String failure, Duration took) {
    HookAnswer answer =
        switch (mode) {
          case OPEN -> HookAnswer.none();
          case CLOSED ->
              HookAnswer.deny(
                  "The guard "
                      + guard
                      + " could not judge this ("
                      + failure
                      + "), and nothing goes on without it. Try again in a moment.");
        };
    return new Word(guard, answer, failure, took);
  }

  /** Whether there is anything to tell or to publish. */
  boolean saysNothing() {
    return answer instanceof HookAnswer.None && failure == null;
  }
}
