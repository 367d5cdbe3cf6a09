package dev.evenkeel.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Services of {@code docker-compose.yml}, started under a name of their own. */
public final class Composition implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String STATE =
      "fetch('http://127.0.0.1:3001/state').then(r => r.text()).then(console.log)";

  private final int port = Control.freePort();

  private Composition() {}

  /** Starts these services, and waits until those that others depend on are healthy. */
  public static Composition up(String... services) {
    var composition = new Composition();
    var command = new ArrayList<>(List.of("up", "-d"));
    command.addAll(List.of(services));
    try {
      String _ = composition.compose(command);
    } catch (RuntimeException e) {
      composition.close();
      throw e;
    }
    return composition;
  }

  /** The port of this machine on which the server listens. */
  public int port() {
    return port;
  }

  /** Runs a command in a service, and returns the last line that it prints. */
  public String run(String service, String... command) {
    var all = new ArrayList<>(List.of("exec", "-T", service));
    all.addAll(List.of(command));
    return compose(all);
  }

  /** What the target counted at its own side. */
  public JsonNode atTarget() {
    try {
      return JSON.readTree(run("target", "node", "-e", STATE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String compose(List<String> arguments) {
    var command = new ArrayList<>(program());
    command.addAll(List.of("-p", Engine.OWN_PROJECT));
    command.addAll(arguments);
    Path root = Testbed.root();
    return Testbed.run(
        root,
        Map.of(
            "EVENKEEL_IMAGE", Engine.serverImage(),
            "EVENKEEL_TARGET_IMAGE", Engine.socketIoImage(),
            "EVENKEEL_PUBLISHED_PORT", Integer.toString(port)),
        command);
  }

  /** The engine's own command where it has one, else the older program. */
  private static List<String> program() {
    try {
      String _ = Testbed.run("docker", "compose", "version");
      return List.of("docker", "compose");
    } catch (IllegalStateException e) {
      return List.of("docker-compose");
    }
  }

  /** Removes everything, volumes too. */
  @Override
  public void close() {
    String _ = compose(List.of("down", "-v", "-t", "10"));
  }
}
