package dev.evenkeel.server.target;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.target.netty.NettyNetwork;
import io.netty.channel.nio.NioEventLoop;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What delivery costs in threads, file descriptors and memory: nothing that grows with events. */
@Timeout(120)
class TargetsResourcesTest {

  private final NioEventLoopGroup loops =
      new NioEventLoopGroup(2, new DefaultThreadFactory("loop", true));
  private final MemoryLog log = new MemoryLog();
  private final MemoryBudget budget = new MemoryBudget(64 << 20);
  private NodeSocketIoServer server;
  private Targets targets;

  @BeforeEach
  void serve() {
    server = new NodeSocketIoServer();
    targets = targets();
    targets.start();
  }

  @AfterEach
  void close() {
    targets.close();
    server.close();
    var _ = loops.shutdownGracefully(0, 0, SECONDS);
    assertThat(budget.used()).isZero();
  }

  private Targets targets() {
    return new Targets(
        List.of(new TargetConfig("test", server.url(), null, "/", Acknowledge.ALWAYS)),
        PoolConfig.DEFAULT,
        new NettyNetwork(loops, PoolConfig.DEFAULT.connectTimeout()),
        log,
        log,
        log,
        budget,
        TargetMetrics.NONE,
        new Random(1));
  }

  private void deliverOneByOne(int events) {
    long before = targets.status().get("test").delivered();
    for (int i = 1; i <= events; i++) {
      log.publish("session-" + i % 30, "{}");
      if (i % 10 == 0) {
        long wanted = before + i;
        while (targets.status().get("test").delivered() < wanted) {
          Thread.onSpinWait();
        }
      }
    }
  }

  /** As socket.io-client-java did: two threads for each event. */
  @Test
  void tenThousandEventsStartNoThreadsAndOpenNoFiles() {
    // Given
    deliverOneByOne(1_000);
    var threads = ManagementFactory.getThreadMXBean();
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    int live = threads.getThreadCount();
    long started = threads.getTotalStartedThreadCount();
    long files = system.getOpenFileDescriptorCount();
    long begin = System.nanoTime();
    // When
    deliverOneByOne(10_000);
    // Then
    long millis = (System.nanoTime() - begin) / 1_000_000;
    System.out.printf(
        "10000 events in steps of 10: %d ms, %d threads started, %d live%n",
        millis, threads.getTotalStartedThreadCount() - started, threads.getThreadCount());
    assertThat(threads.getTotalStartedThreadCount() - started).isLessThan(50);
    assertThat(threads.getThreadCount()).isLessThanOrEqualTo(live + 5);
    assertThat(system.getOpenFileDescriptorCount()).isLessThanOrEqualTo(files + 5);
  }

  /** Nor does a connection have a thread, or leave something on the event loops. */
  @Test
  void afterTheCloseNothingIsLeftThatKeepsTheProcessAlive() throws Exception {
    var threads = Set.copyOf(Thread.getAllStackTraces().keySet());
    deliverOneByOne(100);
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> !threads.contains(thread) && !thread.isDaemon())
        .allMatch(Thread::isVirtual);
    assertThat(openChannels()).isEqualTo(3);
    targets.close();
    await().until(() -> openChannels() == 0);
    await().until(() -> server.state().joined() == 0);
    for (EventExecutor loop : loops) {
      var left = loop.submit(() -> ((NioEventLoop) loop).pendingTasks()).get();
      assertThat(left).isZero();
    }
  }

  /** Counted on the loops themselves: from outside, what was closed last may count twice. */
  private int openChannels() throws Exception {
    int open = 0;
    for (EventExecutor loop : loops) {
      open += loop.submit(() -> ((NioEventLoop) loop).registeredChannels()).get();
    }
    return open;
  }

  @Test
  void fileDescriptorsAreGivenBackByConnectionsThatAreReplaced() throws Exception {
    deliverOneByOne(100);
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long files = system.getOpenFileDescriptorCount();
    for (int round = 1; round <= 20; round++) {
      server.make(round % 2 == 0 ? "drop" : "disconnect");
      int wanted = 3 + 3 * round;
      deliverOneByOne(100);
      await().atMost(30, SECONDS).until(() -> server.state().everJoined() >= wanted);
    }
    await().until(() -> system.getOpenFileDescriptorCount() <= files + 5);
    assertThat(openChannels()).isEqualTo(3);
    assertThat(server.state().mostJoined()).isEqualTo(3);
  }

  /** Not a limit: prints what this machine does. */
  @Test
  void aBacklogIsDeliveredWithManyEventsInFlight() {
    deliverOneByOne(1_000);
    long before = targets.status().get("test").delivered();
    long begin = System.nanoTime();
    log.publish(50_000, 30);
    await()
        .atMost(60, SECONDS)
        .until(() -> targets.status().get("test").delivered() == before + 50_000);
    long millis = (System.nanoTime() - begin) / 1_000_000;
    System.out.printf("50000 events acknowledged: %d a second%n", 50_000_000L / millis);
    assertThat(server.state().outOfOrder()).isZero();
    assertThat(server.state().repeats()).isZero();
  }
}
