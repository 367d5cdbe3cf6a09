package dev.evenkeel.server;

import dev.evenkeel.server.target.TargetMetrics;

/** Logs each connection to a target, for {@code evenkeel.debug}. */
final class ConnectionNotes implements TargetMetrics {

  private static final System.Logger LOG = System.getLogger(ConnectionNotes.class.getName());

  @Override
  public void connectionCreated(String target, int slot) {
    note("created", target, slot);
  }

  @Override
  public void connectionReused(String target, int slot) {
    note("reused", target, slot);
  }

  @Override
  public void connectionReplaced(String target, int slot, String why) {
    note("replaced (" + why + ")", target, slot);
  }

  @Override
  public void connectionClosed(String target, int slot, String why) {
    note("closed (" + why + ")", target, slot);
  }

  @Override
  public void connectionFailed(String target, int slot, String why) {
    note("failed (" + why + ")", target, slot);
  }

  private static void note(String what, String target, int slot) {
    LOG.log(System.Logger.Level.INFO, "Connection {0} of target {1} {2}", slot, target, what);
  }
}
