package dev.evenkeel.extension.internal;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an extension passes when it registers something. What is wrong is refused there, in its
 * start, and not when somebody uses it later.
 */
public final class Arguments {

  /** A hundred years: the time then still fits where it is counted in nanoseconds. */
  public static final Duration LONGEST_PERIOD = Duration.ofDays(36_500);

  private Arguments() {}

  /**
   * Takes what must not be null.
   *
   * @param what it is, for the message: {@code the event of a guard}
   * @throws IllegalArgumentException when it is null
   */
  public static <T> T given(String what, @Nullable T argument) {
    if (argument == null) {
      throw new IllegalArgumentException(
          what + " is null; where it comes from a setting, give the setting a default");
    }
    return argument;
  }

  /**
   * Takes the period of a task.
   *
   * @throws IllegalArgumentException when it is null, not positive, or longer than {@link
   *     #LONGEST_PERIOD}
   */
  public static Duration period(@Nullable Duration period) {
    Duration given = given("the period of a task", period);
    if (!given.isPositive() || given.compareTo(LONGEST_PERIOD) > 0) {
      throw new IllegalArgumentException(
          "the period of a task is "
              + given
              + "; it has to be positive, and at most "
              + LONGEST_PERIOD.toDays()
              + " days");
    }
    return given;
  }
}
