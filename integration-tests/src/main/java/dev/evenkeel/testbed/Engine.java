package dev.evenkeel.testbed;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Network;

/**
 * The container engine of this machine. What a run of the testbed makes there is labelled with its
 * process; what a killed run has left is removed by the next one, because the container that does
 * that for Testcontainers elsewhere cannot be had without a registry.
 */
final class Engine {

  private static final String RUN = "dev.evenkeel.testbed.run";
  private static final String WITHOUT_CLEANER = "TESTCONTAINERS_RYUK_DISABLED";
  private static final ProcessHandle SELF = ProcessHandle.current();

  /** What a composition's parts are labelled with by its program. */
  private static final String PROJECT = "com.docker.compose.project";

  private static final String PROJECT_PREFIX = "evenkeel-testbed-";

  /** The name of this process's composition. */
  static final String OWN_PROJECT = PROJECT_PREFIX + runOf(SELF).replace('@', '-');

  /** The labels of all that this process makes. */
  static final Map<String, String> LABELS = Map.of(RUN, runOf(SELF));

  private Engine() {}

  /** The name of the Socket.IO server's image, built once for each process where it is missing. */
  private static final class SocketIo {
    private static final String IMAGE =
        Testbed.run(Testbed.socketIoServer().resolve("build-image").toString());
  }

  /** The id of the server's image, built from the packaged server once for each process. */
  private static final class Server {
    private static final String IMAGE =
        Testbed.run(
            Testbed.root().resolve("deploy/build-server-image").toString(),
            "evenkeel-testbed:latest");
  }

  /** The connection to the engine, made when it is first needed. */
  private static final class Once {
    private static final DockerClient CLIENT = connect();

    private static DockerClient connect() {
      if (!Boolean.parseBoolean(System.getenv(WITHOUT_CLEANER))) {
        throw new IllegalStateException(
            "the testbed removes its containers itself: set "
                + WITHOUT_CLEANER
                + "=true and TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 in the environment, as pom.xml"
                + " does");
      }
      DockerClient client;
      try {
        client = DockerClientFactory.instance().client();
      } catch (IllegalStateException e) {
        throw new IllegalStateException(
            "no container engine answers. 'bin/evenkeel test' installs and starts one where it can;"
                + " -Dtestbed=process runs the suites with child processes instead",
            e);
      }
      removeLeftovers(client);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> removeOwn(client)));
      return client;
    }
  }

  static DockerClient client() {
    return Once.CLIENT;
  }

  static String socketIoImage() {
    DockerClient _ = client();
    return SocketIo.IMAGE;
  }

  static String serverImage() {
    DockerClient _ = client();
    return Server.IMAGE;
  }

  /** A new network, which its maker closes. */
  static Network network() {
    DockerClient _ = client();
    return Network.builder().createNetworkCmdModifier(create -> create.withLabels(LABELS)).build();
  }

  /** Who owns a folder, as {@code user:group} in numbers. */
  static String ownerOf(Path folder) {
    try {
      return Files.getAttribute(folder, "unix:uid") + ":" + Files.getAttribute(folder, "unix:gid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A process, told apart from an earlier one with the same number. */
  private static String runOf(ProcessHandle process) {
    return process.pid()
        + "@"
        + process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static boolean lives(String run) {
    return ProcessHandle.of(Long.parseLong(run.substring(0, run.indexOf('@'))))
        .filter(process -> runOf(process).equals(run))
        .isPresent();
  }

  private static void removeOwn(DockerClient client) {
    removeOf(client, RUN, runOf(SELF));
    removeOf(client, PROJECT, OWN_PROJECT);
  }

  private static void removeLeftovers(DockerClient client) {
    removeLeftovers(client, RUN, "");
    removeLeftovers(client, PROJECT, PROJECT_PREFIX);
  }

  /** Removes what has this label with such a value, of processes that are gone. */
  private static void removeLeftovers(DockerClient client, String label, String prefix) {
    List<String> labels = List.of(label);
    Stream.of(
            client.listContainersCmd().withShowAll(true).withLabelFilter(labels).exec().stream()
                .map(container -> container.getLabels().get(label)),
            client.listVolumesCmd().withFilter("label", labels).exec().getVolumes().stream()
                .map(volume -> volume.getLabels().get(label)),
            client.listNetworksCmd().withFilter("label", labels).exec().stream()
                .map(network -> network.getLabels().get(label)))
        .flatMap(values -> values)
        .filter(value -> value.startsWith(prefix))
        .distinct()
        .filter(value -> !lives(value.substring(prefix.length()).replace('-', '@')))
        .forEach(value -> removeOf(client, label, value));
  }

  private static void removeOf(DockerClient client, String name, String value) {
    String label = name + "=" + value;
    client.listContainersCmd().withShowAll(true).withLabelFilter(List.of(label)).exec().stream()
        .map(container -> client.removeContainerCmd(container.getId()).withForce(true))
        .forEach(remove -> ignoreMissing(remove::exec));
    client.listNetworksCmd().withFilter("label", List.of(label)).exec().stream()
        .map(network -> client.removeNetworkCmd(network.getId()))
        .forEach(remove -> ignoreMissing(remove::exec));
    client.listVolumesCmd().withFilter("label", List.of(label)).exec().getVolumes().stream()
        .map(volume -> client.removeVolumeCmd(volume.getName()))
        .forEach(remove -> ignoreMissing(remove::exec));
  }

  /** Another run may remove the same leftovers at the same moment. */
  private static void ignoreMissing(Runnable removal) {
    try {
      removal.run();
    } catch (DockerException e) {
      System.err.println("testbed: left in the container engine: " + e.getMessage());
    }
  }
}
