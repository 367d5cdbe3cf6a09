package dev.evenkeel.server.extension;

import dev.evenkeel.server.log.StateChange;
import java.util.List;

/** Where the state of bounded maps comes from when the server starts. */
@FunctionalInterface
public interface StateStore {

  /** The entries of a map as they were last written, oldest first. */
  List<StateChange> load(String map);
}
