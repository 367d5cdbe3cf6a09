package dev.evenkeel.server.hub.engineio;

/** Who listens to a session that has not begun or has ended: nobody. */
final class Silence implements SessionListener {

  static final SessionListener LISTENER = new Silence();

  private Silence() {}

  @Override
  public void message(String text) {}

  @Override
  public void message(byte[] binary) {}

  @Override
  public void closed(String reason) {}
}
