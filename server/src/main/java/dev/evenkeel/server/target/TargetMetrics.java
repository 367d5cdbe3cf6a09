package dev.evenkeel.server.target;

/** What happens to connections. Every method does nothing by default and has to return at once. */
public interface TargetMetrics {

  /** Somebody who does not want to know. */
  TargetMetrics NONE = new TargetMetrics() {};

  /** A slot's connection was let in. */
  default void connectionCreated(String target, int slot) {}

  /** A connection that had nothing to send is used again. */
  default void connectionReused(String target, int slot) {}

  /** A slot's connection was let in after the one before had been lost. */
  default void connectionReplaced(String target, int slot, String why) {}

  /** A connection is gone. */
  default void connectionClosed(String target, int slot, String why) {}

  /** A slot could not connect. */
  default void connectionFailed(String target, int slot, String why) {}
}
