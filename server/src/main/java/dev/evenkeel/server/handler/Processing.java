package dev.evenkeel.server.handler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.CallScope;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.Registration;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.log.AcceptedEvent;
import dev.evenkeel.server.log.Publication;
import dev.evenkeel.server.log.StateChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event, or one run of a periodic task or of the cleanup, on its way through the extensions. It
 * belongs to one thread at a time: when a call is late, the watch hands it to another thread.
 */
final class Processing {

  private final @Nullable AcceptedEvent accepted;
  private final List<Registration.Processor> processors;
  private final CallWatch watch;
  private final long deadlineNanos;

  // Mutable state, owned by the thread that has it
  private @Nullable HookEvent event;
  private int next;
  private final Map<String, JsonNode> attached = new LinkedHashMap<>();
  private final List<Publication.Derived> derived = new ArrayList<>();
  private final List<StateChange> changes = new ArrayList<>();
  private @Nullable String dropReason;

  Processing(
      @Nullable AcceptedEvent accepted,
      List<Registration.Processor> processors,
      CallWatch watch,
      long deadlineNanos) {
    this.accepted = accepted;
    this.event = accepted == null ? null : accepted.event();
    this.processors = processors;
    this.watch = watch;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Runs the processors that are left.
   *
   * @param goOn takes this up on another thread when a call is late
   * @return false when that has happened: this thread must not touch it again
   */
  boolean runProcessors(Runnable goOn) {
    while (next < processors.size()) {
      Registration.Processor each = processors.get(next++);
      RunningExtension extension = each.extension();
      if (extension.state() == RunningExtension.State.STUCK) {
        extension.passedOver();
        continue;
      }
      HookEvent current = event;
      if (current == null) {
        throw new IllegalStateException("processors without an event");
      }
      var call = new Call(extension, current.name(), current, deadlineOfCall(), goOn);
      if (!run(call, () -> each.processor().process(current, call.emission))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Half of what is left, and all of it for the last: together they keep the event's deadline, and
   * a late one leaves time to those behind it.
   */
  private long deadlineOfCall() {
    long now = System.nanoTime();
    long left = Math.max(0, deadlineNanos - now);
    return now + (next == processors.size() ? left : left / 2);
  }

  /** Runs one call. Returns false when it was late and another thread has taken this up. */
  boolean run(Call call, CallScope.Body body) {
    Call.Outcome outcome = watch.run(call, body);
    switch (outcome) {
      case DONE -> take(call);
      case FAILED -> {}
      case TOO_LATE -> {
        return false;
      }
    }
    return true;
  }

  private void take(Call call) {
    changes.addAll(call.apply());
    derived.addAll(call.emission.derived);
    if (dropReason == null) {
      dropReason = call.emission.dropReason;
    }
    HookEvent current = event;
    if (current != null && !call.emission.attached.isEmpty()) {
      attached.putAll(call.emission.attached);
      event = current.withAttachments(call.emission.attached);
    }
  }

  /** Writes that an entry is gone, and lets its extension tell. */
  void tell(Extensions.Eviction eviction, long deadline) {
    changes.add(eviction.change());
    if (eviction.extension().state() == RunningExtension.State.STUCK) {
      eviction.extension().passedOver();
      return;
    }
    var call = new Call(eviction.extension(), "an eviction", null, deadline, null);
    run(call, () -> eviction.telling().tell(call.emission));
  }

  boolean isEmpty() {
    return accepted == null && derived.isEmpty() && changes.isEmpty();
  }

  Publication publication(Instant now) {
    return accepted == null
        ? Publication.of(derived, changes, now)
        : Publication.of(accepted, attached, dropReason, derived, changes);
  }
}
