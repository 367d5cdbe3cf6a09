package dev.evenkeel.server.watch;

import dev.evenkeel.server.budget.QueueState;
import java.util.List;
import java.util.Map;

/** What whoever watches wants to know of those that published events go to. */
public interface Receivers {

  /** Nobody yet. */
  Receivers NONE =
      new Receivers() {
        @Override
        public Map<String, TargetView> targets() {
          return Map.of();
        }

        @Override
        public List<QueueState> queues() {
          return List.of();
        }
      };

  /** The targets by name. */
  Map<String, TargetView> targets();

  /** The hub. */
  default HubView hub() {
    return HubView.NONE;
  }

  /** How full their queues are. */
  List<QueueState> queues();

  /** How many connections to targets are joined. */
  default int connections() {
    return targets().values().stream().mapToInt(TargetView::connections).sum();
  }
}
