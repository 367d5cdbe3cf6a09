package dev.evenkeel.extension;

/** Answers an agent before it goes on: lets a tool call pass, refuses it, adds to it. */
@FunctionalInterface
public interface HookGuard {

  /**
   * Judges one event. The agent waits meanwhile, so that all guards of an event share a deadline of
   * one second, or what the operator set for that event; whoever is late is interrupted.
   *
   * <p>A guard sees the event as it came, before any filter. It runs beside the log and not in the
   * order of the session: several events of a session may be judged at the same time, on different
   * threads. It may read bounded maps, which can be a few events behind, and must not change them.
   *
   * @param event as it came; nothing is attached to it
   * @return what the agent is to be told, {@link HookAnswer#none()} for nothing. It is published as
   *     a {@code decision} that comes after the event
   * @throws Exception when it cannot judge; the {@link FailureMode} it was registered with says
   *     what happens then
   */
  HookAnswer judge(HookEvent event) throws Exception;
}
