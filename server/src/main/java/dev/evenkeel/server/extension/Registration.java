package dev.evenkeel.server.extension;

import dev.evenkeel.extension.EventFilter;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.PeriodicTask;
import java.time.Duration;

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
   * @param place its place among the guards of its extension: that of the next version's in an
   *     exchange
   */
  record Guard(
      RunningExtension extension, String event, HookGuard guard, FailureMode mode, int place)
      implements Registration {}

  /**
   * A processor.
   *
   * @param wanted which events it is called for
   */
  record Processor(RunningExtension extension, Wanted wanted, EventProcessor processor)
      implements Registration {}

  /** Which events a processor is called for. */
  sealed interface Wanted {

    /** Whether events of this name and kind are among them. */
    boolean covers(String name, EventKind kind);

    /** All events. */
    record All() implements Wanted {
      @Override
      public boolean covers(String name, EventKind kind) {
        return true;
      }

      @Override
      public String toString() {
        return "*";
      }
    }

    /** Those to which their agents give this name. */
    record Named(String wanted) implements Wanted {
      @Override
      public boolean covers(String name, EventKind kind) {
        return name.equals(wanted);
      }

      @Override
      public String toString() {
        return wanted;
      }
    }

    /** Those of a kind, whatever their agents call them. */
    record OfKind(EventKind wanted) implements Wanted {
      @Override
      public boolean covers(String name, EventKind kind) {
        return kind == wanted;
      }

      @Override
      public String toString() {
        return wanted.name();
      }
    }
  }

  /** A task that runs a period after its last end. */
  record Task(RunningExtension extension, Duration period, PeriodicTask task)
      implements Registration {}
}
