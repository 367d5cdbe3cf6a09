package dev.evenkeel.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Volume;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The server in a container of its own image, as the documentation runs it: an ordinary user, a
 * read-only file system but for the data volume, 256 MB. Its port and its data stay the same over
 * {@link #kill} and {@link #start}.
 */
public final class EvenkeelContainer implements EvenkeelServer {

  private static final int PORT = 8765;
  private static final long MEMORY = 256L << 20;
  private static final Duration START = Duration.ofSeconds(60);
  private static final int END_SECONDS = 30;

  private final int port = Ports.free();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<Bind> binds = new ArrayList<>();
  private final Set<String> networks = new LinkedHashSet<>();
  private final String volume;
  private final AtomicInteger starts = new AtomicInteger();

  // Mutable state, owned by the thread that starts and ends it: one at a time
  private @Nullable String id;

  private EvenkeelContainer(String volume) {
    this.volume = volume;
    binds.add(new Bind(volume, new Volume("/data")));
  }

  /** A server that is still to be started, with an empty data volume. */
  public static EvenkeelContainer withNewData() {
    var created = Engine.client().createVolumeCmd().withLabels(Engine.LABELS).exec();
    return new EvenkeelContainer(created.getName());
  }

  /** What the image says of itself. */
  public static InspectImageResponse image() {
    return Engine.client().inspectImageCmd(Engine.serverImage()).exec();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException when it was started: a container keeps what it was made with
   */
  @Override
  public EvenkeelContainer with(String variable, String value) {
    if (id != null) {
      throw new IllegalStateException(variable + " cannot be set any more: the container is made");
    }
    environment.put(variable, value);
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when the target is no container, which this one could not
   *     reach
   */
  @Override
  public EvenkeelContainer withTarget(SocketIoServer target) {
    if (!(target instanceof NodeContainer node)) {
      throw new IllegalArgumentException("the target " + target.name() + " is no container");
    }
    networks.add(node.networkId());
    EvenkeelServer.super.withTarget(target);
    return this;
  }

  @Override
  public EvenkeelContainer withExtension(Path jar) {
    var inside = new Volume("/extensions/" + jar.toFile().getName());
    binds.add(new Bind(jar.toAbsolutePath().toString(), inside, AccessMode.ro));
    return this;
  }

  /** Starts it and waits until it is ready. */
  @Override
  public EvenkeelContainer start() {
    if (id == null) {
      id = create();
    }
    engine().startContainerCmd(id()).exec();
    int _ = starts.incrementAndGet();
    long deadline = System.nanoTime() + START.toNanos();
    while (!isReady()) {
      if (!Boolean.TRUE.equals(inspect().getState().getRunning()) || System.nanoTime() > deadline) {
        throw new IllegalStateException("the server does not start\n" + output());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    return this;
  }

  private String create() {
    var host =
        HostConfig.newHostConfig()
            .withMemory(MEMORY)
            .withMemorySwap(MEMORY)
            .withReadonlyRootfs(true)
            .withTmpFs(Map.of("/tmp", ""))
            .withPortBindings(PortBinding.parse("127.0.0.1:" + port + ":" + PORT))
            .withBinds(binds);
    networks.stream().findFirst().ifPresent(host::withNetworkMode);
    String made =
        engine()
            .createContainerCmd(Engine.serverImage())
            .withLabels(Engine.LABELS)
            .withEnv(environment.entrySet().stream().map(Map.Entry::toString).toList())
            .withHostConfig(host)
            .exec()
            .getId();
    networks.stream()
        .skip(1)
        .forEach(
            network ->
                engine().connectToNetworkCmd().withContainerId(made).withNetworkId(network).exec());
    return made;
  }

  private boolean isReady() {
    try (var connection = HttpConnection.to(port, Duration.ofSeconds(10))) {
      return connection.get("/q/health/ready").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public int starts() {
    return starts.get();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public Access access() {
    return new Access(port, token());
  }

  /** The folder of the volume. Only the superuser sees into it. */
  @Override
  public Path dataDir() {
    return Path.of(engine().inspectVolumeCmd(volume).exec().getMountpoint());
  }

  /** The token that it has made. */
  public String token() {
    return execute("/bin/bash", "-c", "echo $(</data/token)").strip();
  }

  @Override
  public void kill() {
    engine().killContainerCmd(id()).exec();
    int _ = awaitEnd();
  }

  /**
   * Asks it to end with SIGTERM, and kills it after 10 s, as engines do.
   *
   * @return its exit code: 137 when it had to be killed
   */
  @Override
  public int stop() {
    engine().stopContainerCmd(id()).withTimeout(10).exec();
    return awaitEnd();
  }

  /**
   * Waits until it has ended, for 30 s at most.
   *
   * @return its exit code
   */
  public int awaitEnd() {
    try (var ended = engine().waitContainerCmd(id()).exec(new WaitContainerResultCallback())) {
      return ended.awaitStatusCode(END_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the engine knows of it. */
  public InspectContainerResponse inspect() {
    return engine().inspectContainerCmd(id()).exec();
  }

  @Override
  public long pid() {
    Long pid = inspect().getState().getPidLong();
    if (pid == null || pid == 0) {
      throw new IllegalStateException("the server does not run\n" + output());
    }
    return pid;
  }

  /**
   * Runs a command inside, as the server's user.
   *
   * @return what it printed, errors too
   */
  public String execute(String... command) {
    String execution =
        engine()
            .execCreateCmd(id())
            .withCmd(command)
            .withAttachStdout(true)
            .withAttachStderr(true)
            .exec()
            .getId();
    return collect(engine().execStartCmd(execution)::exec);
  }

  /** All that it wrote since its first start. */
  public String output() {
    return collect(engine().logContainerCmd(id()).withStdOut(true).withStdErr(true)::exec);
  }

  private interface Source {
    ResultCallback.Adapter<Frame> exec(ResultCallback.Adapter<Frame> sink);
  }

  private static String collect(Source source) {
    var bytes = new ByteArrayOutputStream();
    try (var sink =
        source.exec(
            new ResultCallback.Adapter<>() {
              @Override
              public void onNext(Frame frame) {
                bytes.writeBytes(frame.getPayload());
              }
            })) {
      boolean _ = sink.awaitCompletion(END_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return bytes.toString(UTF_8);
  }

  private String id() {
    String made = id;
    if (made == null) {
      throw new IllegalStateException("the server was not started");
    }
    return made;
  }

  private static DockerClient engine() {
    return Engine.client();
  }

  /** Removes it with its data. */
  @Override
  public void close() {
    if (id != null) {
      engine().removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
    }
    engine().removeVolumeCmd(volume).exec();
  }
}
