package dev.evenkeel.extension;

/** Works on an event after it was accepted, in the order of its session. */
@FunctionalInterface
public interface EventProcessor {

  /**
   * Handles one event. All processors of an event share a deadline of ten seconds, of which each
   * may use half of what is left; whoever is late is interrupted, and what it did does not count.
   * Two seconds are too late while all sessions wait for calls that are slow.
   *
   * @param emission collects what this call adds; not to be used after the call
   */
  void process(HookEvent event, Emission emission) throws Exception;
}
