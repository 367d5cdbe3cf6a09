package dev.evenkeel.soak;

import dev.evenkeel.testbed.BareClient;

/** A real Socket.IO client that joins the target beside the pool, and leaves again. */
record FourthConnection() implements Fault {

  @Override
  public String name() {
    return "fourth-connection";
  }

  @Override
  public String what() {
    return "a Socket.IO client joins the target beside the pool";
  }

  @Override
  public void happen(Scene scene) throws Exception {
    try (BareClient client = BareClient.joinReading(scene.target().port(), "{}")) {
      while (!client.read().startsWith("40")) {
        // Until it has joined
      }
      scene.awaitAccepted(500);
    }
    scene.lifted();
  }
}
