package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Scene;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The network between server and target is cut off and back. */
final class CutOff implements PreparedFault {

  private final Duration time;
  private final List<String> pings;

  // Mutable state, owned by the thread of the run
  private @Nullable CutLine line;

  /**
   * A cut that is still to be made.
   *
   * @param pings the target's options for its heartbeat
   */
  CutOff(Duration time, List<String> pings) {
    this.time = time;
    this.pings = pings;
  }

  @Override
  public String name() {
    return "network-cut";
  }

  @Override
  public String what() {
    return "the line to the target carries nothing in either direction for %.1f s, and tells nobody"
        .formatted(time.toMillis() / 1e3);
  }

  @Override
  public List<String> targetOptions() {
    return pings;
  }

  @Override
  public void prepare(Stage stage) throws IOException {
    var made = new CutLine(URI.create(stage.target().bridgeUrl()));
    line = made;
    stage.server().with(Stage.urlOf(stage.target()), made.url());
  }

  @Override
  public void happen(Scene scene) throws Exception {
    CutLine made = line;
    if (made == null) {
      throw new IllegalStateException("the line was not prepared");
    }
    made.cut();
    TargetFaults.fallBehind(scene, scene.target().name(), time);
    scene.lifted();
    made.mend();
  }

  @Override
  public void cleanUp(Stage stage) throws IOException {
    CutLine made = line;
    if (made != null) {
      made.close();
    }
  }
}
