package dev.evenkeel.soak;

/**
 * Something that goes wrong while events flow. The run goes on meanwhile: agents post, samples are
 * taken, and the verdicts at the end are the same as without it.
 */
public interface Fault {

  /** A short name for the time line: {@code target-killed}. */
  String name();

  /** What is done, in a sentence for the report. */
  String what();

  /**
   * Whether it can only be done to a server that is a process of this machine. Where the server
   * runs in a container, the run passes it over.
   */
  default boolean needsProcess() {
    return false;
  }

  /**
   * Makes it happen, and ends it: afterwards the server and its targets are whole again, though
   * they need not have caught up. How long that takes is measured by the run, from when the fault
   * {@linkplain Scene#lifted was lifted}.
   *
   * @throws Exception when it could not be done; the run fails with it
   */
  void happen(Scene scene) throws Exception;
}
