package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import dev.evenkeel.soak.Scene;

/** A fault that can happen on any scene, or on any whose server is a process. */
record DoneFault(String name, String what, boolean needsProcess, Deed deed) implements Fault {

  DoneFault(String name, String what, Deed deed) {
    this(name, what, false, deed);
  }

  /** What is done. */
  @FunctionalInterface
  interface Deed {
    void on(Scene scene) throws Exception;
  }

  @Override
  public void happen(Scene scene) throws Exception {
    deed.on(scene);
  }
}
