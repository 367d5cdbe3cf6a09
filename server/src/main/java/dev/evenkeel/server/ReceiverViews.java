package dev.evenkeel.server;

import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.hub.Hub;
import dev.evenkeel.server.hub.HubStatus;
import dev.evenkeel.server.hub.engineio.Engine;
import dev.evenkeel.server.hub.engineio.EngineStatus;
import dev.evenkeel.server.target.TargetStatus;
import dev.evenkeel.server.target.Targets;
import dev.evenkeel.server.watch.HubView;
import dev.evenkeel.server.watch.Receivers;
import dev.evenkeel.server.watch.TargetView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The targets and the hub as those see them who watch. */
record ReceiverViews(Targets all, Hub ours, Engine engine) implements Receivers {

  @Override
  public Map<String, TargetView> targets() {
    var views = new LinkedHashMap<String, TargetView>();
    all.status().forEach((name, status) -> views.put(name, view(status)));
    return views;
  }

  private static TargetView view(TargetStatus status) {
    return new TargetView(
        status.state().name().toLowerCase(Locale.ROOT),
        status.connections(),
        status.maxConnections(),
        status.delivered(),
        status.pending(),
        status.redelivered(),
        status.undeliverable(),
        status.missed(),
        status.stubbed(),
        status.acknowledges().name().toLowerCase(Locale.ROOT),
        status.lastError());
  }

  @Override
  public HubView hub() {
    HubStatus status = ours.status();
    return new HubView(
        status.clients(),
        status.delivered(),
        status.dropped(),
        status.missed(),
        status.refused(),
        status.closed(),
        sessions());
  }

  private HubView.Sessions sessions() {
    EngineStatus status = engine.status();
    return new HubView.Sessions(
        status.sessions(),
        status.capacity(),
        status.websockets(),
        status.waitingPolls(),
        status.pendingBytes(),
        status.opened(),
        status.closed(),
        status.refused());
  }

  @Override
  public List<QueueState> queues() {
    var queues = new ArrayList<QueueState>(all.queues());
    queues.addAll(ours.queues());
    EngineStatus status = engine.status();
    queues.add(
        new QueueState(
            "hub-sessions", status.sessions(), status.capacity(), status.pendingBytes(), -1));
    queues.add(engine.waiting().state());
    return queues;
  }

  @Override
  public int connections() {
    return all.connections();
  }
}
