package dev.evenkeel.extensions.delegations;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Outcome;
import dev.evenkeel.extension.Session;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The delegations that are running.
 *
 * <p>A delegation ends with the tool's return, which names the subagent by its id. A background
 * delegation's tool returns at once; it ends with the stop of the subagent that the return has
 * named. The two events come in either order, so a stop that is nobody's yet is kept for a while.
 * Cursor names a subagent by the call that asked for it, and Codex may not name it in the return.
 */
final class Delegations {
  private static final String STARTED = "delegation_started";
  private static final String ENDED = "delegation_ended";

  private final DelegationsConfig config;
  private final BoundedMap<DelegationKey, Delegation> active;
  private final BoundedMap<SubagentKey, StoppedSubagent> stopped;

  Delegations(
      DelegationsConfig config,
      BoundedMap<DelegationKey, Delegation> active,
      BoundedMap<SubagentKey, StoppedSubagent> stopped) {
    this.config = config;
    this.active = active;
    this.stopped = stopped;
  }

  void began(HookEvent event, Emission emission) {
    if (!delegates(event)) {
      return;
    }
    Optional<DelegationKey> key = freeKey(event);
    if (key.isPresent()) {
      Delegation delegation = Delegation.begunBy(event, config.maxText());
      active.put(key.get(), delegation);
      emission.emit(STARTED, delegation.toData());
    }
  }

  /** The type alone tells only where one delegation waits for a subagent of that type. */
  void subagentStarted(HookEvent event, Emission emission) {
    String id = event.agentId();
    if (id == null || find(event.session(), d -> id.equals(d.agentId())).isPresent()) {
      return;
    }
    List<Map.Entry<DelegationKey, Delegation>> waiting =
        all(event.session(), d -> id.equals(d.toolUseId()));
    if (waiting.isEmpty()) {
      waiting = all(event.session(), d -> d.waitsFor(event.agentType()));
    }
    if (waiting.size() == 1) {
      var only = waiting.getFirst();
      active.put(only.getKey(), only.getValue().assumedToBe(id));
    }
  }

  void subagentStopped(HookEvent event, Emission emission) {
    String id = event.agentId();
    if (id == null) {
      return;
    }
    var stop = StoppedSubagent.by(event, config.maxText());
    var ended =
        find(
            event.session(),
            d -> id.equals(d.toolUseId()) || (d.inBackground() && id.equals(d.agentId())));
    if (ended.isPresent()) {
      end(ended.get().getKey(), ending(ended.get().getValue()).stopped(stop), emission);
    } else {
      stopped.put(new SubagentKey(event.session(), id), stop);
    }
  }

  void returned(HookEvent event, Emission emission) {
    var call = callOf(event);
    if (call.isEmpty()) {
      return;
    }
    DelegationKey key = call.get().getKey();
    Delegation delegation = call.get().getValue();
    Outcome outcome = event.meaning().outcome();
    if (outcome == Outcome.FAILED || outcome == Outcome.DENIED) {
      end(key, ending(delegation).failed(event), emission);
      return;
    }
    String id = event.meaning().startedAgentId();
    if (id != null) {
      correctAssumptions(event.session(), id, key);
    }
    if (alwaysRunsOn(event)) {
      wentOn(key, delegation, id == null ? delegation.agentId() : id, emission);
    } else if (!runsOn(event)) {
      StoppedSubagent stop = takeStop(event.session(), id, delegation);
      end(key, ending(delegation).returned(event, stop), emission);
    } else if (id != null) {
      wentOn(key, delegation, id, emission);
    }
  }

  /** The subagent may have stopped before its tool returned. */
  private void wentOn(
      DelegationKey key, Delegation delegation, @Nullable String id, Emission emission) {
    Delegation running = delegation.runningAs(id);
    StoppedSubagent stop = takeStop(key.session(), id, delegation);
    if (stop != null) {
      end(key, ending(running).stopped(stop), emission);
    } else {
      active.put(key, running);
    }
  }

  /** The tool failed, or was not allowed to run. */
  void failed(HookEvent event, Emission emission) {
    callOf(event)
        .ifPresent(call -> end(call.getKey(), ending(call.getValue()).failed(event), emission));
  }

  void sessionEnded(HookEvent event, Emission emission) {
    for (var left : all(event.session(), d -> true)) {
      end(left.getKey(), ending(left.getValue()).unknown(), emission);
    }
    for (SubagentKey subagent : stopped.entries().keySet()) {
      if (subagent.session().equals(event.session())) {
        stopped.remove(subagent);
      }
    }
  }

  void evicted(DelegationKey key, Delegation delegation, Emission emission) {
    emission.emit(key.session(), ENDED, ending(delegation).unknown());
  }

  private boolean delegates(HookEvent event) {
    String tool = event.toolName();
    return tool != null && (config.tools().contains(tool) || alwaysRunsOn(event));
  }

  private boolean alwaysRunsOn(HookEvent event) {
    String tool = event.toolName();
    return tool != null && config.backgroundTools().contains(tool);
  }

  /** Whether the subagent goes on although the tool has returned. */
  private static boolean runsOn(HookEvent event) {
    if (event.at("tool_response", "totalDurationMs").isNumber()) {
      return false;
    }
    String status = event.text("tool_response", "status");
    return status == null
        ? event.at("tool_response", "agentId").isTextual()
        : !status.equals("completed");
  }

  /** Empty when the call is known already: the same event came twice. */
  private Optional<DelegationKey> freeKey(HookEvent event) {
    Map<DelegationKey, Delegation> taken = active.entries();
    if (hasId(event)) {
      return Optional.of(keyOf(event, 0)).filter(key -> !taken.containsKey(key));
    }
    int number = 1;
    while (taken.containsKey(keyOf(event, number))) {
      number++;
    }
    return Optional.of(keyOf(event, number));
  }

  private Optional<Map.Entry<DelegationKey, Delegation>> callOf(HookEvent event) {
    if (!delegates(event)) {
      return Optional.empty();
    }
    if (!hasId(event)) {
      Delegation same = Delegation.begunBy(event, config.maxText());
      return find(event.session(), d -> d.toolUseId() == null && d.looksLike(same));
    }
    DelegationKey key = keyOf(event, 0);
    return Optional.ofNullable(active.get(key)).map(found -> Map.entry(key, found));
  }

  private static boolean hasId(HookEvent event) {
    return Delegation.idOf(event) != null;
  }

  private static DelegationKey keyOf(HookEvent event, int number) {
    String id = Objects.requireNonNullElse(Delegation.idOf(event), "");
    return new DelegationKey(event.session(), id, number);
  }

  /** Now that the subagent's delegation is known, it is no other's. */
  private void correctAssumptions(Session session, String id, DelegationKey owner) {
    for (var other : all(session, d -> !d.inBackground() && id.equals(d.agentId()))) {
      if (!other.getKey().equals(owner)) {
        active.put(other.getKey(), other.getValue().unbound());
      }
    }
  }

  /** A stop from before the delegation belongs to an earlier run of the same subagent. */
  private @Nullable StoppedSubagent takeStop(
      Session session, @Nullable String id, Delegation delegation) {
    StoppedSubagent stop = id == null ? null : stopped.remove(new SubagentKey(session, id));
    return stop == null || stop.stoppedAt() < delegation.startedAt() ? null : stop;
  }

  private Optional<Map.Entry<DelegationKey, Delegation>> find(
      Session session, Predicate<Delegation> which) {
    return all(session, which).stream().findFirst();
  }

  /** The session's delegations, those begun first to the front. */
  private List<Map.Entry<DelegationKey, Delegation>> all(
      Session session, Predicate<Delegation> which) {
    return active.entries().entrySet().stream()
        .filter(entry -> entry.getKey().session().equals(session))
        .filter(entry -> which.test(entry.getValue()))
        .sorted(
            Comparator.comparingLong(
                (Map.Entry<DelegationKey, Delegation> entry) -> entry.getValue().startedAt()))
        .toList();
  }

  private Ending ending(Delegation delegation) {
    return new Ending(delegation, config.maxText());
  }

  private void end(DelegationKey key, ObjectNode data, Emission emission) {
    active.remove(key);
    emission.emit(ENDED, data);
  }
}
