package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Scene;
import dev.evenkeel.testbed.SocketIoServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The engine takes the network from a target that runs in a container, and gives it back. The
 * server reaches it without a port mapping between, so that nobody answers in its place.
 */
final class NetworkDisconnected implements PreparedFault {

  private final Duration time;

  // Mutable state, owned by the thread of the run
  private @Nullable SocketIoServer target;

  NetworkDisconnected(Duration time) {
    this.time = time;
  }

  @Override
  public String name() {
    return "network-disconnected";
  }

  @Override
  public String what() {
    return "`docker network disconnect` of a target in a container for "
        + time.toSeconds()
        + " s, and `docker network connect`";
  }

  @Override
  public int targets() {
    return 0;
  }

  @Override
  public void prepare(Stage stage) throws Exception {
    Path journal = stage.folder().resolve("journal-container");
    SocketIoServer started =
        SocketIoServer.inContainer(
                "container", journal, List.of("--ping-interval", "5000", "--ping-timeout", "5000"))
            .start();
    target = started;
    stage.addTarget("container", started.bridgeUrl(), journal);
  }

  @Override
  public void happen(Scene scene) throws Exception {
    SocketIoServer made = target;
    if (made == null) {
      throw new IllegalStateException("the target was not prepared");
    }
    made.cutNetwork();
    try {
      TargetFaults.fallBehind(scene, "container", time);
    } finally {
      scene.lifted();
      made.restoreNetwork();
    }
  }

  @Override
  public void cleanUp(Stage stage) {
    SocketIoServer made = target;
    if (made != null) {
      made.close();
    }
  }
}
