package dev.evenkeel.soak.fault;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.soak.Fault;
import dev.evenkeel.soak.HubClient;
import dev.evenkeel.soak.Scene;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.EvenkeelServer;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A server with its targets, a client of its hub, and agents, for one fault alone. */
final class Stage implements Scene, AutoCloseable {

  private static final Duration LONGEST = Duration.ofMinutes(4);

  /** As users have it who say nothing. */
  private static final long USUAL_LOG_BYTES = 512L << 20;

  /** Short, so that a target notices soon that a connection is dead, and may be joined again. */
  private static final List<String> PINGS =
      List.of("--ping-interval", "1000", "--ping-timeout", "1000");

  private final Path folder;
  private final Fault fault;
  private final EvenkeelProcess server;
  private final List<SocketIoServer> targets = new ArrayList<>();
  private final Map<String, Arrivals> arrivals = new LinkedHashMap<>();
  private final Traffic traffic;
  private final History history = new History();
  private final List<String> notes = new ArrayList<>();
  private final Set<String> excused = new HashSet<>();
  private final long begin = System.nanoTime();

  // Mutable state, owned by the thread of the run
  private @Nullable HubClient hubClient;
  private long liftedAt;
  private long acceptedAtLift = -1;
  private long mostLogBytes = USUAL_LOG_BYTES;

  /** A stage on which nothing was started yet. */
  Stage(Path folder, Fault fault, int eventsASecond) throws IOException {
    this.folder = folder;
    this.fault = fault;
    this.server = EvenkeelProcess.on(folder.resolve("data"), folder.resolve("output.log"));
    this.traffic = new Traffic(server.port(), eventsASecond);
  }

  /** Starts the targets, and lets the fault prepare itself. */
  void prepare() throws Exception {
    List<String> options = PINGS;
    int count = 1;
    if (fault instanceof PreparedFault prepared) {
      options = Stream.concat(PINGS.stream(), prepared.targetOptions().stream()).toList();
      count = prepared.targets();
    }
    for (int i = 1; i <= count; i++) {
      Path journal = folder.resolve("journal-t" + i);
      SocketIoServer target =
          SocketIoServer.withJournal("t" + i, journal, options.toArray(String[]::new));
      targets.add(target);
      arrivals.put(receiver(target.name()), new TargetArrivals(journal));
      server.with(urlOf(target), target.start().bridgeUrl());
    }
    if (fault instanceof PreparedFault prepared) {
      prepared.prepare(this);
    }
  }

  /** What a target is called among the receivers. */
  private static String receiver(String target) {
    return "target " + target;
  }

  /** The variable with which the server is told where a target is. */
  static String urlOf(SocketIoServer target) {
    return urlOf(target.name());
  }

  private static String urlOf(String target) {
    return EvenkeelServer.urlVariable(target);
  }

  /** A folder for this run alone. */
  Path folder() {
    return folder;
  }

  Traffic traffic() {
    return traffic;
  }

  /** What the server keeps, with what it kept before its log was set aside. */
  History history() {
    return history;
  }

  /** A client joins the hub, and wants all events from now on. The server runs. */
  void joinHub() throws IOException {
    var arrived = new HubArrivals(History.newest(server.port()));
    arrivals.put(HubArrivals.NAME, arrived);
    hubClient = new HubClient(server.access(), arrived);
  }

  /** What arrived, by the name of the receiver. */
  Map<String, Arrivals> arrivals() {
    return arrivals;
  }

  /** One more target, that the fault itself starts and ends. */
  void addTarget(String name, String url, Path journal) {
    arrivals.put(receiver(name), new TargetArrivals(journal));
    server.with(urlOf(name), url);
  }

  /** What was measured, for the table. */
  List<String> notes() {
    return notes;
  }

  /** From now on a target that was excused has to have everything. */
  void excuseNoLonger(SocketIoServer target) {
    excused.remove(receiver(target.name()));
  }

  /**
   * Stops the server when everything is read that it keeps, because its log will be set aside. The
   * agents rest until it has ended.
   */
  void stopHavingReadAll() throws Exception {
    traffic.rest();
    try {
      awaitLevel();
      history.read(server.port());
      EvenkeelFaults.stop(server);
    } finally {
      traffic.goOn();
    }
  }

  /** What the server holds while the agents rest and all has arrived that they sent. */
  Held held() throws Exception {
    traffic.rest();
    try {
      awaitLevel();
      return Held.by(server);
    } finally {
      traffic.goOn();
    }
  }

  /** What the log may have, on the disk, too. */
  long mostLogBytes() {
    return mostLogBytes;
  }

  /** Lets the log have so many bytes. */
  void limitLog(long bytes) {
    mostLogBytes = bytes;
    server.with("EVENKEEL_LOG_MAX_BYTES", Long.toString(bytes));
  }

  boolean isExcused(String receiver) {
    return excused.contains(receiver);
  }

  /** The connections that are still missing, of targets that cannot be reached now. */
  int connectionsToCome() {
    return excused.size() * TargetArrivals.CONNECTIONS;
  }

  JsonNode status() throws IOException {
    return History.status(server.access());
  }

  @Override
  public EvenkeelProcess server() {
    return server;
  }

  @Override
  public List<SocketIoServer> targets() {
    return List.copyOf(targets);
  }

  @Override
  public Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  @Override
  public long accepted() {
    return traffic.answered();
  }

  @Override
  public void awaitAccepted(long more) throws InterruptedException {
    long wanted = accepted() + more;
    await(more + " more events are accepted", () -> accepted() >= wanted);
  }

  /** Waits until everything that was answered up to now is at every receiver. */
  @Override
  public void awaitLevel() throws InterruptedException {
    List<Traffic.Snapshot> answered =
        traffic.sessions().stream().map(Traffic.Session::snapshot).toList();
    for (Map.Entry<String, Arrivals> each : arrivals.entrySet()) {
      if (!isExcused(each.getKey())) {
        await(
            "what was answered is at the " + each.getKey(),
            () -> {
              each.getValue().readOn();
              return answered.stream().allMatch(each.getValue()::has);
            });
      }
    }
  }

  @Override
  public void lifted() {
    liftedAt = System.nanoTime();
    acceptedAtLift = accepted();
  }

  /**
   * Waits until something that was answered since the fault was lifted, and all before it, is at
   * every receiver.
   *
   * @return how long after that it was
   * @throws IllegalStateException when the fault did not say when it was lifted
   */
  Duration awaitLevelAgain() throws InterruptedException {
    if (acceptedAtLift < 0) {
      throw new IllegalStateException("the fault does not say when it was lifted");
    }
    await("events are accepted again", () -> accepted() > acceptedAtLift);
    awaitLevel();
    return Duration.ofNanos(System.nanoTime() - liftedAt);
  }

  private void await(String what, Callable<Boolean> condition) throws InterruptedException {
    try {
      Waiting.until(LONGEST, what, condition);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(fault.name() + ": " + e.getMessage() + told(), e);
    }
  }

  private String told() {
    try {
      return "; the server says of its targets: " + status().get("targets");
    } catch (IOException e) {
      return "; the server does not answer: " + e.getMessage();
    }
  }

  @Override
  public void excuse(SocketIoServer target) {
    excused.add(receiver(target.name()));
  }

  @Override
  public void log(String line) {
    notes.add(line);
    tell(line);
  }

  /** Tells how far it is. */
  void tell(String line) {
    System.out.printf("%s %6.1f s: %s%n", fault.name(), elapsed().toMillis() / 1e3, line);
  }

  @Override
  public void close() throws IOException {
    traffic.close();
    HubClient joined = hubClient;
    if (joined != null) {
      joined.close();
    }
    server.close();
    targets.forEach(SocketIoServer::close);
    if (fault instanceof PreparedFault prepared) {
      prepared.cleanUp(this);
    }
  }
}
