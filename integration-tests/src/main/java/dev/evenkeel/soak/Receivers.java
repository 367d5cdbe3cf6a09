package dev.evenkeel.soak;

import dev.evenkeel.testbed.Access;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The targets and the clients of the hub, each with the ledger of what reached it. */
final class Receivers implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final List<SocketIoServer> targets = new ArrayList<>();
  private final List<Ledger> targetLedgers = new ArrayList<>();
  private final List<Ledger> hubLedgers = new ArrayList<>();
  private final List<HubClient> hubClients = new ArrayList<>();
  private final Set<String> excused = ConcurrentHashMap.newKeySet();
  private final Thread reader;

  // Mutable state
  private volatile boolean over;
  private volatile long dropped;
  private volatile @Nullable IOException failure;

  Receivers(SoakPlan plan, Path folder) throws IOException {
    var journals = new ArrayList<JournalReader>();
    for (int i = 1; i <= plan.targets(); i++) {
      var options = new ArrayList<>(List.of("--count-only", "--max-http-buffer-size", "4000000"));
      options.addAll(plan.nodeOptions());
      Path journal = folder.resolve("journal-t" + i);
      targets.add(target(plan, "t" + i, journal, options).start());
      var ledger = new Ledger("target t" + i);
      targetLedgers.add(ledger);
      journals.add(new JournalReader(journal, ledger));
    }
    reader = Thread.ofPlatform().name("journals").start(() -> follow(journals));
  }

  /** A server in a container reaches only targets in containers. */
  private static SocketIoServer target(
      SoakPlan plan, String name, Path journal, List<String> options) {
    return plan.inContainer()
        ? SocketIoServer.inContainer(name, journal, options)
        : SocketIoServer.withJournal(name, journal, options.toArray(String[]::new));
  }

  private void follow(List<JournalReader> journals) {
    try {
      boolean any = true;
      while (any || !over) {
        any = false;
        for (JournalReader each : journals) {
          any |= each.read();
        }
        if (!any) {
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    } catch (IOException e) {
      failure = e;
    }
  }

  void joinHub(Access access, int clients) {
    for (int i = 1; i <= clients; i++) {
      var ledger = new Ledger("hub client " + i);
      hubLedgers.add(ledger);
      hubClients.add(new HubClient(access, ledger));
    }
  }

  List<SocketIoServer> targets() {
    return List.copyOf(targets);
  }

  Ledger firstTarget() {
    return targetLedgers.getFirst();
  }

  void excuse(SocketIoServer target) {
    excused.add("target " + target.name());
  }

  boolean isExcused(String receiver) {
    return excused.contains(receiver);
  }

  /** Everybody who has to get everything. */
  List<Ledger> judged() {
    var all = new ArrayList<>(targetLedgers);
    all.addAll(hubLedgers);
    all.removeIf(each -> excused.contains(each.receiver()));
    return all;
  }

  List<Ledger.Page> targetPages() {
    return targetLedgers.stream().map(Ledger::page).toList();
  }

  List<Ledger.Page> hubPages() {
    return hubLedgers.stream().map(Ledger::page).toList();
  }

  int joined() {
    return targetLedgers.stream().mapToInt(Ledger::joined).sum();
  }

  /** So many events of agents were dropped by extensions, and will reach nobody. */
  void droppedOnPurpose(long events) {
    dropped = events;
  }

  /** How many of so many accepted events the slowest has not got. */
  long lag(long accepted) {
    long due = accepted - dropped;
    return judged().stream().mapToLong(each -> due - each.marks()).max().orElse(0);
  }

  /** Whether everybody has got all of these, by the agent and its numbers. */
  boolean have(Map<String, Intervals> due) {
    return judged().stream().allMatch(each -> each.lacks(due) <= dropped);
  }

  /** How many events all receivers together have got. */
  long count() {
    return judged().stream().mapToLong(Ledger::count).sum();
  }

  /**
   * Tells what is wrong with the testbed itself.
   *
   * @throws IOException when a journal could not be read
   */
  void check() throws IOException {
    IOException failed = failure;
    if (failed != null) {
      throw new IOException("what a target received cannot be read", failed);
    }
  }

  @Override
  public void close() {
    hubClients.forEach(HubClient::close);
    targets.forEach(SocketIoServer::close);
    over = true;
    try {
      reader.join(Duration.ofSeconds(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
