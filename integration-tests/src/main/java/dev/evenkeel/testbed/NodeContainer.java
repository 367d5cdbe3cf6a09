package dev.evenkeel.testbed;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;

/** The Node server in a container, on a network of its own. */
final class NodeContainer implements SocketIoServer {

  private static final int PORT = 3000;
  private static final int CONTROL_PORT = 3001;
  private static final String JOURNAL = "/journal";
  private static final long MEMORY = 512L << 20;
  private static final int END_SECONDS = 30;

  private final String name;
  private final List<String> options;
  private final @Nullable Path journal;

  /** On the machine; chosen once, because a mapping that the engine chooses changes at a start. */
  private final int port = Ports.free();

  private final int controlPort = Ports.free();

  // Mutable state, owned by the thread that starts and ends it: one at a time
  private volatile @Nullable Network network;
  private volatile @Nullable GenericContainer<?> container;

  NodeContainer(String name, List<String> options) {
    this(name, options, null);
  }

  private NodeContainer(String name, List<String> options, @Nullable Path journal) {
    this.name = name;
    this.options = List.copyOf(options);
    this.journal = journal;
  }

  NodeContainer journal(Path folder) {
    var more = new ArrayList<>(options);
    more.addAll(List.of("--journal", JOURNAL));
    return new NodeContainer(name, more, Testbed.made(folder));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public NodeContainer start() {
    if (container == null) {
      create();
    } else if (isAlive()) {
      throw new IllegalStateException("the target " + name + " runs already");
    } else {
      engine().startContainerCmd(id()).exec();
      Control.awaitAnswer(controlPort, this::isAlive);
    }
    return this;
  }

  private void create() {
    String image = Engine.socketIoImage();
    Network ofItsOwn = Engine.network();
    network = ofItsOwn;
    @SuppressWarnings("resource") // closed by close()
    GenericContainer<?> made =
        new GenericContainer<>(image)
            .withCommand(options.toArray(String[]::new))
            .withNetwork(ofItsOwn)
            .withLabels(Engine.LABELS)
            .withCreateContainerCmdModifier(this::configure)
            .waitingFor(Wait.forLogMessage(".*controlPort.*", 1));
    container = made;
    made.start();
    Control.awaitAnswer(controlPort, this::isAlive);
  }

  private void configure(CreateContainerCmd create) {
    var host = Objects.requireNonNull(create.getHostConfig());
    host.withMemory(MEMORY)
        .withPortBindings(
            PortBinding.parse("127.0.0.1:" + port + ":" + PORT),
            PortBinding.parse("127.0.0.1:" + controlPort + ":" + CONTROL_PORT));
    Path folder = journal;
    if (folder != null) {
      host.withBinds(new Bind(folder.toString(), new Volume(JOURNAL)));
      create.withUser(Engine.ownerOf(folder));
    }
  }

  @Override
  public boolean isAlive() {
    return container != null
        && Boolean.TRUE.equals(engine().inspectContainerCmd(id()).exec().getState().getRunning());
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String bridgeUrl() {
    var networks = engine().inspectContainerCmd(id()).exec().getNetworkSettings().getNetworks();
    return "http://" + networks.values().iterator().next().getIpAddress() + ":" + PORT;
  }

  @Override
  public int controlPort() {
    return controlPort;
  }

  @Override
  public void kill() {
    engine().killContainerCmd(id()).exec();
    try (var ended = engine().waitContainerCmd(id()).exec(new WaitContainerResultCallback())) {
      int _ = ended.awaitStatusCode(END_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void pause() {
    engine().pauseContainerCmd(id()).exec();
  }

  @Override
  public void resume() {
    engine().unpauseContainerCmd(id()).exec();
  }

  @Override
  public void cutNetwork() {
    engine()
        .disconnectFromNetworkCmd()
        .withContainerId(id())
        .withNetworkId(networkId())
        .withForce(true)
        .exec();
  }

  @Override
  public void restoreNetwork() {
    engine().connectToNetworkCmd().withContainerId(id()).withNetworkId(networkId()).exec();
    Control.awaitAnswer(controlPort, this::isAlive);
  }

  @Override
  public long rssBytes() {
    Long pid = engine().inspectContainerCmd(id()).exec().getState().getPidLong();
    return new Proc(Objects.requireNonNull(pid)).rssBytes();
  }

  /** The network that it is on, for a container that is to reach it. */
  String networkId() {
    return running(network).getId();
  }

  private String id() {
    return running(container).getContainerId();
  }

  private <T> T running(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the target " + name + " was not started");
    }
    return part;
  }

  private static DockerClient engine() {
    return Engine.client();
  }

  @Override
  public void close() {
    GenericContainer<?> made = container;
    container = null;
    if (made != null) {
      made.stop();
    }
    Network ofItsOwn = network;
    network = null;
    if (ofItsOwn != null) {
      ofItsOwn.close();
    }
  }
}
