package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Scene;
import java.util.List;

/** A fault that needs the server to be set for it before it starts. */
record PreparedDeed(
    String name,
    String what,
    List<String> targetOptions,
    Preparation preparation,
    DoneFault.Deed deed)
    implements PreparedFault {

  /** What is set. */
  @FunctionalInterface
  interface Preparation {
    void of(Stage stage) throws Exception;
  }

  @Override
  public void prepare(Stage stage) throws Exception {
    preparation.of(stage);
  }

  @Override
  public void happen(Scene scene) throws Exception {
    deed.on(scene);
  }
}
