package dev.evenkeel.server.extension;

import dev.evenkeel.extension.EventFilter;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.PeriodicTask;
import java.time.Duration;
import java.util.function.Predicate;

/** One thing that an extension asked for when it started. */
public sealed interface Registration {

  /** Whose it is. */
  RunningExtension extension();

  /** A filter. */
  record Filter(RunningExtension extension, EventFilter filter) implements Registration {}

  /**
   * A guard.
   *
   * @param event the name of the events it wants, {@code "*"} for all
   * @param mode what the agent is told when it fails or is late
   */
  record Guard(RunningExtension extension, String event, HookGuard guard, FailureMode mode)
      implements Registration {}

  /**
   * A processor.
   *
   * @param wants says which events it is called for
   */
  record Processor(RunningExtension extension, Predicate<HookEvent> wants, EventProcessor processor)
      implements Registration {}

  /** A task that runs a period after its last end. */
  record Task(RunningExtension extension, Duration period, PeriodicTask task)
      implements Registration {}
}
