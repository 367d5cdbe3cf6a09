package dev.evenkeel.server.handler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.CallScope;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.Permit;
import dev.evenkeel.server.extension.Registration;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.extension.Visit;
import dev.evenkeel.server.log.AcceptedEvent;
import dev.evenkeel.server.log.Publication;
import dev.evenkeel.server.log.StateChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One event, or one run of a periodic task or of the cleanup, on its way through the extensions. It
 * belongs to one thread at a time: when a call is late, the watch hands it to another thread, and
 * while an extension is exchanged or has too many slow calls, it waits and belongs to none.
 */
final class Processing {

  /** How far it has come. */
  enum Progress {
    /** All calls are made. */
    DONE,
    /** A call was late, and another thread has taken this up: this one must not touch it again. */
    HANDED_OVER,
    /** It can go on when {@link #mayGoOn} says so. */
    WAITS
  }

  /** What it works with. */
  record Work(
      Extensions extensions,
      CallWatch watch,
      Duration deadline,
      Supplier<List<Extensions.Evictions>> evictions) {}

  private final Work work;
  private final @Nullable AcceptedEvent accepted;
  private final List<Visit> visits;

  // Mutable state, owned by the thread that has it
  private long deadlineNanos;
  private @Nullable HookEvent event;
  private int next;
  private @Nullable Visit inside;
  private int nextCall;
  private boolean waitsForSwitch;
  private @Nullable RunningExtension waitsFor;
  private @Nullable List<Extensions.Evictions> evictions;
  private int nextEvictions;
  private int nextEviction;
  private final Map<String, JsonNode> attached = new LinkedHashMap<>();
  private final List<Publication.Derived> derived = new ArrayList<>();
  private final List<StateChange> changes = new ArrayList<>();
  private @Nullable String dropReason;

  /** A processing of this event, or, with null, of what no event has started. */
  Processing(Work work, @Nullable AcceptedEvent accepted) {
    this.work = work;
    this.accepted = accepted;
    this.event = accepted == null ? null : accepted.event();
    this.visits = event == null ? List.of() : work.extensions().visitsOf(event);
    this.deadlineNanos = System.nanoTime() + work.deadline().toNanos();
  }

  /**
   * Makes the calls that are left: processors, then what is to be told of evictions.
   *
   * @param goOn takes this up on another thread when a call is late
   */
  Progress run(Runnable goOn) {
    if (waitsForSwitch) {
      waitsForSwitch = false;
      deadlineNanos = System.nanoTime() + work.deadline().toNanos();
    }
    waitsFor = null;
    while (next < visits.size()) {
      Visit visit = inside == null ? begin(visits.get(next)) : inside;
      if (visit == null) {
        if (waitsFor != null) {
          return Progress.WAITS;
        }
      } else {
        inside = visit;
        if (!call(visit, goOn)) {
          return Progress.HANDED_OVER;
        }
        visit.extension().leave();
      }
      inside = null;
      nextCall = 0;
      next++;
    }
    return tellEvictions(goOn) ? Progress.DONE : Progress.HANDED_OVER;
  }

  /**
   * Enters the extension, or the one that is in its place now.
   *
   * @return null when the event passes it over, or has to wait for it
   */
  private @Nullable Visit begin(Visit planned) {
    Visit visit = planned;
    while (visit != null) {
      RunningExtension extension = visit.extension();
      if (extension.isCrowded() && extension.state() == RunningExtension.State.RUNNING) {
        if (mayWait()) {
          waitsFor = extension;
        } else {
          extension.passedOver();
        }
        return null;
      }
      switch (extension.enter()) {
        case ENTERED -> {
          return visit;
        }
        case CLOSED -> {
          waitsFor = extension;
          waitsForSwitch = true;
          return null;
        }
        case GONE -> visit = work.extensions().visitOf(extension.name(), event());
      }
    }
    return null;
  }

  /** Whether what it waits for is over. Any thread may ask, while it waits. */
  boolean mayGoOn() {
    RunningExtension extension = waitsFor;
    if (extension == null) {
      return true;
    }
    return waitsForSwitch
        ? !extension.isBeingExchanged()
        : !extension.isCrowded()
            || extension.state() != RunningExtension.State.RUNNING
            || !mayWait();
  }

  /** Whether there is time left, and it has not waited for long while everybody waits for it. */
  private boolean mayWait() {
    long left = deadlineNanos - System.nanoTime();
    long waited = work.deadline().toNanos() - left;
    return left > 0 && (waited < CallWatch.PATIENCE.toNanos() || !work.watch().isHeldUp());
  }

  private boolean call(Visit visit, Runnable goOn) {
    RunningExtension extension = visit.extension();
    while (nextCall < visit.processors().size()) {
      Permit permit = extension.admit();
      if (permit == null) {
        extension.passedOver();
        return true;
      }
      Registration.Processor each = visit.processors().get(nextCall++);
      HookEvent current = event();
      boolean last = nextCall == visit.processors().size() && next == visits.size() - 1;
      var call = new Call(extension, permit, current.name(), current, deadlineOfCall(last), goOn);
      if (!run(call, () -> each.processor().process(current, call.emission))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Makes none of the calls that are left, and leaves the extensions that were entered for them.
   * What entries are gone is still written.
   */
  void giveUp() {
    Visit visit = inside;
    inside = null;
    next = visits.size();
    if (visit != null) {
      visit.extension().leave();
    }
    List<Extensions.Evictions> all = evictions == null ? List.of() : evictions;
    for (Extensions.Evictions each : all.subList(nextEvictions, all.size())) {
      for (; nextEviction < each.evictions().size(); nextEviction++) {
        changes.add(each.evictions().get(nextEviction).change());
      }
      nextEviction = 0;
      each.extension().leave();
    }
    nextEvictions = all.size();
  }

  private HookEvent event() {
    if (event == null) {
      throw new IllegalStateException("processors without an event");
    }
    return event;
  }

  /**
   * Half of what is left, and all of it for the last: together they keep the deadline, and a late
   * one leaves time to those behind it.
   */
  private long deadlineOfCall(boolean last) {
    long now = System.nanoTime();
    long left = Math.max(0, deadlineNanos - now);
    return now + (last ? left : left / 2);
  }

  /** Runs one call. Returns false when it was late and another thread has taken this up. */
  boolean run(Call call, CallScope.Body body) {
    Call.Outcome outcome = work.watch().run(call, body);
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
    changes.addAll(call.changes());
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

  /**
   * Writes what entries are gone, and lets their extensions tell. All tellings together have one
   * deadline, which an exchange can wait for; not that of the processors, who may have used it up.
   */
  private boolean tellEvictions(Runnable goOn) {
    List<Extensions.Evictions> all = evictions;
    if (all == null) {
      all = work.evictions().get();
      evictions = all;
      deadlineNanos = System.nanoTime() + work.deadline().toNanos();
    }
    while (nextEvictions < all.size()) {
      Extensions.Evictions each = all.get(nextEvictions);
      while (nextEviction < each.evictions().size()) {
        Extensions.Eviction eviction = each.evictions().get(nextEviction++);
        boolean last = nextEviction == each.evictions().size() && nextEvictions == all.size() - 1;
        if (!tell(each.extension(), eviction, last, goOn)) {
          return false;
        }
      }
      each.extension().leave();
      nextEviction = 0;
      nextEvictions++;
    }
    return true;
  }

  private boolean tell(
      RunningExtension extension, Extensions.Eviction eviction, boolean last, Runnable goOn) {
    changes.add(eviction.change());
    Extensions.Telling telling = eviction.telling();
    if (telling == null) {
      return true;
    }
    boolean hasTime = deadlineNanos - System.nanoTime() > 0;
    Permit permit = hasTime ? extension.admit() : null;
    if (permit == null) {
      extension.passedOver();
      return true;
    }
    var call = new Call(extension, permit, "an eviction", null, deadlineOfCall(last), goOn);
    return run(call, () -> telling.tell(call.emission));
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
