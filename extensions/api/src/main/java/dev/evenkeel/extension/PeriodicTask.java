package dev.evenkeel.extension;

/** Work that no event starts. It may change bounded maps and emit derived events. */
@FunctionalInterface
public interface PeriodicTask {

  /**
   * Runs once. It has ten seconds, like the processors of an event.
   *
   * @param emission collects derived events; there is no event to attach to or to drop
   */
  void run(Emission emission) throws Exception;
}
