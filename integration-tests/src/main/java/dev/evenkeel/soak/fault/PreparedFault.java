package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import java.io.IOException;
import java.util.List;

/** A fault that needs surroundings of its own: it cannot happen in the middle of another's run. */
interface PreparedFault extends Fault {

  /** Its surroundings are those of a process. */
  @Override
  default boolean needsProcess() {
    return true;
  }

  /** How many targets it wants. */
  default int targets() {
    return 1;
  }

  /** More options of the targets' script. */
  default List<String> targetOptions() {
    return List.of();
  }

  /**
   * Before the server is started, with the targets there: sets the server's environment, or makes
   * what stands around it.
   *
   * @throws Exception when it cannot be had; the message says what is missing
   */
  void prepare(Stage stage) throws Exception;

  /**
   * Gives back what was made, after the server has ended.
   *
   * @throws IOException when something of it is left
   */
  default void cleanUp(Stage stage) throws IOException {}
}
