package dev.evenkeel.soak.fault;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Agents that post recorded events at a steady rate and know what was answered. Each posts one
 * event after the other, in a new session for each pass through the recording; a session's events
 * carry the number {@code soak}, from 0 on. As agents do, they go on with their next event when the
 * server is away; what became of an event that got no answer they do not know.
 */
final class Traffic implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int AGENTS = 4;
  private static final int OK = 200;
  private static final List<String> RECORDINGS =
      List.of("claude-code-2.1.197-feature.jsonl", "claude-code-2.1.197-background.jsonl");

  /** One session: how many events were sent, and which were answered. */
  static final class Session {
    private final String id;

    // Mutable state, guarded by this
    private final BitSet answered = new BitSet();
    private int sent;

    private Session(String id) {
      this.id = id;
    }

    private synchronized int next() {
      return sent++;
    }

    private synchronized void answered(int number) {
      answered.set(number);
    }

    /** How it stands now. */
    synchronized Snapshot snapshot() {
      return new Snapshot(id, sent, answered.stream().boxed().toList());
    }
  }

  /**
   * A session at one moment.
   *
   * @param sent its events have the numbers from 0 to this one, without it
   * @param answered the numbers of those that were answered 200
   */
  record Snapshot(String id, int sent, List<Integer> answered) {}

  private final int port;
  private final long nanosBetween;
  private final List<ObjectNode> recording;
  private final List<Thread> agents = new ArrayList<>();
  private final Queue<Session> sessions = new ConcurrentLinkedQueue<>();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong unanswered = new AtomicLong();
  private final AtomicLong slowestMicros = new AtomicLong();
  private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
  private final ReadWriteLock working = new ReentrantReadWriteLock(true);
  private final AtomicBoolean ended = new AtomicBoolean();

  /** Traffic that is still to be started. */
  Traffic(int port, int eventsASecond) throws IOException {
    this.port = port;
    this.nanosBetween = TimeUnit.SECONDS.toNanos(AGENTS) / eventsASecond;
    this.recording = recording();
    for (int i = 0; i < AGENTS; i++) {
      String name = "agent-" + i;
      agents.add(Thread.ofPlatform().daemon().name(name).unstarted(() -> work(name)));
    }
  }

  private static List<ObjectNode> recording() throws IOException {
    Path folder =
        Stream.of(Path.of("events"), Path.of("integration-tests", "events"))
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow(
                () -> new IOException("integration-tests/events is missing; start from the root"));
    var events = new ArrayList<ObjectNode>();
    for (String name : RECORDINGS) {
      for (String line : Files.readAllLines(folder.resolve(name))) {
        events.add((ObjectNode) JSON.readTree(line));
      }
    }
    return events;
  }

  Traffic start() {
    agents.forEach(Thread::start);
    return this;
  }

  private void work(String agent) {
    HttpConnection connection = null;
    long due = System.nanoTime();
    for (int pass = 0; !ended.get(); pass++) {
      var session = new Session(agent + "-pass-" + pass);
      sessions.add(session);
      for (int i = 0; i < recording.size() && !ended.get(); i++) {
        due = Math.max(due + nanosBetween, System.nanoTime() - TimeUnit.SECONDS.toNanos(1));
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        working.readLock().lock();
        try {
          connection = post(connection, session, recording.get(i));
        } finally {
          working.readLock().unlock();
        }
      }
    }
    close(connection);
  }

  private @Nullable HttpConnection post(
      @Nullable HttpConnection connection, Session session, ObjectNode recorded) {
    int number = session.next();
    HttpConnection used = connection;
    try {
      byte[] body = body(session, number, recorded);
      if (used == null) {
        used = HttpConnection.to(port);
      }
      long begin = System.nanoTime();
      HttpConnection.Answer answer = used.post("/hooks/claude-code", body);
      long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin);
      slowestMicros.accumulateAndGet(micros, Math::max);
      if (answer.status() == OK) {
        session.answered(number);
        answered.incrementAndGet();
      } else {
        refusals.add(session.id + ": " + answer);
      }
      return used;
    } catch (IOException | RuntimeException e) {
      // The server is away, or broke off inside an answer: the agent goes on with its next event.
      unanswered.incrementAndGet();
      close(used);
      return null;
    }
  }

  private static byte[] body(Session session, int number, ObjectNode recorded) throws IOException {
    ObjectNode event = recorded.deepCopy();
    event.put("session_id", session.id);
    event.put("soak", number);
    if (event.has("tool_use_id")) {
      event.put("tool_use_id", session.id + event.get("tool_use_id").asText());
    }
    return JSON.writeValueAsBytes(event);
  }

  private static void close(@Nullable HttpConnection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (IOException e) {
        throw new IllegalStateException("a socket cannot be closed", e);
      }
    }
  }

  /** Events that were answered 200. */
  long answered() {
    return answered.get();
  }

  /** Events that got no answer, because the server was away. */
  long unanswered() {
    return unanswered.get();
  }

  /** The longest that an answer took, in microseconds. */
  long slowestMicros() {
    return slowestMicros.get();
  }

  /** Answers other than 200. */
  List<String> refusals() {
    return List.copyOf(refusals);
  }

  List<Session> sessions() {
    return List.copyOf(sessions);
  }

  /**
   * Posts nothing from now on, and waits for the last answers. Called by the thread of the fault.
   */
  void rest() {
    working.writeLock().lock();
  }

  /** Goes on after a rest. */
  void goOn() {
    working.writeLock().unlock();
  }

  /** Ends, and waits for the last answers. */
  void end() throws InterruptedException {
    ended.set(true);
    for (Thread each : agents) {
      each.join();
    }
  }

  @Override
  public void close() {
    ended.set(true);
  }
}
