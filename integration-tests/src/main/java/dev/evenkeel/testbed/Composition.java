package dev.evenkeel.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Services of {@code docker-compose.yml}, started by {@code bin/evenkeel up}, under a name. */
public final class Composition implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String STATE =
      "fetch('http://127.0.0.1:3001/state').then(r => r.text()).then(console.log)";

  /** Prometheus's own image cannot be had without a registry; who it runs as is known. */
  private static final String USER_OF_PROMETHEUS = "65534:65534";

  private static final String READ_CREDENTIALS =
      "while read -r key value; do [ \"$key\" != credentials_file: ] || echo $(<$value); done"
          + " </etc/prometheus/prometheus.yml";

  private final int port = Ports.free();

  private Composition() {}

  /** Makes the images and starts these services, as a user does. */
  public static Composition up(String... services) {
    DockerClient _ = Engine.client(); // removes what a killed run has left
    var composition = new Composition();
    var command = new ArrayList<>(List.of(Testbed.root().resolve("bin/evenkeel").toString(), "up"));
    command.addAll(List.of(services));
    try {
      String _ = composition.run(command);
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

  /** Stops a service in good order and starts it again. */
  public void restart(String service) {
    String _ = compose(List.of("restart", "-t", "10", service));
  }

  /** What the engine says of a service's health: {@code healthy} for example. */
  public String health(String service) {
    return inspect(service).getState().getHealth().getStatus();
  }

  /** The most memory that the engine gives a service, in bytes. */
  public long memoryLimit(String service) {
    return inspect(service).getHostConfig().getMemory();
  }

  /** Where the volume of this name is in a service, and nothing when it has none. */
  public List<String> placesOf(String volume, String service) {
    return inspect(service).getMounts().stream()
        .filter(mount -> (Engine.OWN_PROJECT + "_" + volume).equals(mount.getName()))
        .map(mount -> mount.getDestination().getPath())
        .toList();
  }

  /**
   * What Prometheus reads where its configuration says that the token is: with the volumes and as
   * the user of that service, in a container of the server's image.
   */
  public String tokenForPrometheus() {
    return compose(
        List.of(
            "run",
            "--rm",
            "--no-deps",
            "-T",
            "--user",
            USER_OF_PROMETHEUS,
            "--entrypoint",
            "/bin/bash",
            "prometheus",
            "-c",
            READ_CREDENTIALS));
  }

  private InspectContainerResponse inspect(String service) {
    String id = compose(List.of("ps", "-q", service));
    return Engine.client().inspectContainerCmd(id).exec();
  }

  private String compose(List<String> arguments) {
    var command = new ArrayList<>(program());
    command.addAll(arguments);
    return run(command);
  }

  private String run(List<String> command) {
    Path root = Testbed.root();
    return Testbed.run(
        root,
        Map.of(
            "COMPOSE_PROJECT_NAME",
            Engine.OWN_PROJECT,
            "EVENKEEL_PROMETHEUS_IMAGE",
            "evenkeel:latest",
            "EVENKEEL_PUBLISHED_PORT",
            Integer.toString(port)),
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
