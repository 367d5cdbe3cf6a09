package dev.evenkeel.server.hub.socketio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.hub.engineio.Engine;
import dev.evenkeel.server.hub.engineio.EngineConfig;
import dev.evenkeel.server.hub.engineio.EventLoop;
import dev.evenkeel.server.hub.engineio.Handshake;
import dev.evenkeel.server.hub.engineio.Session;
import dev.evenkeel.server.hub.engineio.WaitingBytes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A timer keeps its session in memory: one that is left over is a leak for as long as it runs. */
class SessionTimersTest {

  /** A loop that runs its tasks when it is told to, and shows its timers. */
  private static final class ManualLoop implements EventLoop {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<Duration> timers = new ArrayList<>();

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      timers.add(delay);
      return () -> timers.remove(delay);
    }

    void runAll() {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
    }
  }

  private static final Application SILENT =
      new Application() {
        @Override
        public void connected(Client client) {}

        @Override
        public void event(
            Client client,
            String name,
            List<JsonNode> arguments,
            @Nullable Acknowledgement acknowledgement) {}

        @Override
        public void disconnected(Client client, String reason) {}
      };

  private final ManualLoop loop = new ManualLoop();
  private final WaitingBytes waiting = new WaitingBytes(new MemoryBudget(1 << 20));
  private final Engine engine =
      new Engine(
          EngineConfig.DEFAULT,
          waiting,
          new SocketServer(SocketConfig.DEFAULT, waiting, Map.of("/", SILENT)));

  private Session open() {
    Session session = engine.open(new Handshake("127.0.0.1", null, null, null, null, null), loop);
    loop.runAll();
    return session;
  }

  @Test
  void aSessionThatWaitsForItsFirstJoinHasAHeartbeatAndAConnectTimeout() {
    open();
    assertThat(loop.timers)
        .containsExactlyInAnyOrder(
            EngineConfig.DEFAULT.pingInterval(), SocketConfig.DEFAULT.connectTimeout());
  }

  @Test
  void aSessionThatHasJoinedHasAHeartbeatOnly() {
    Session session = open();
    assertThat(session.dataBegins()).isTrue();
    session.data("40".getBytes(US_ASCII), refusal -> {});
    loop.runAll();
    assertThat(loop.timers).containsExactly(EngineConfig.DEFAULT.pingInterval());
  }

  @Test
  void aSessionThatHasEndedLeavesNoTimer() {
    open().close("done");
    loop.runAll();
    assertThat(loop.timers).isEmpty();
    assertThat(engine.status().sessions()).isZero();
  }
}
