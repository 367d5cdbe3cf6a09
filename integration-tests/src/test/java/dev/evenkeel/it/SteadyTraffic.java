package dev.evenkeel.it;

import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Agents that post one event after the other, together at a steady rate, and measure the answers.
 * Each has sessions of its own, whose events carry the number {@code n}, from 0 on.
 */
final class SteadyTraffic implements AutoCloseable {

  private static final int SESSIONS = 5;
  private static final long MOST_MICROS = TimeUnit.MINUTES.toMicros(1);

  private final int port;
  private final String prefix;
  private final long nanosBetween;
  private final List<Thread> agents = new ArrayList<>();
  private final Recorder latencies = new Recorder(MOST_MICROS, 2);
  private final AtomicLong posted = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> sent = new TreeMap<>();
  private volatile boolean ended;

  /** Traffic that is still to be started. */
  SteadyTraffic(int port, String prefix, int agents, int eventsASecond) {
    this.port = port;
    this.prefix = prefix;
    this.nanosBetween = TimeUnit.SECONDS.toNanos(agents) / eventsASecond;
    for (int i = 0; i < agents; i++) {
      String name = prefix + '-' + i;
      this.agents.add(Thread.ofPlatform().name(name).unstarted(() -> post(name)));
    }
  }

  SteadyTraffic start() {
    agents.forEach(Thread::start);
    return this;
  }

  private void post(String name) {
    long next = System.nanoTime();
    int count = 0;
    try (var connection = HttpConnection.to(port)) {
      for (; !ended; count++) {
        for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        next += nanosBetween;
        postOne(connection, name + '-' + count % SESSIONS, count / SESSIONS);
      }
    } catch (IOException e) {
      failures.add(name + ": " + e);
    }
    synchronized (sent) {
      for (int i = 0; i < SESSIONS; i++) {
        sent.put(name + '-' + i, (count + SESSIONS - 1 - i) / SESSIONS);
      }
    }
  }

  private void postOne(HttpConnection connection, String session, int n) throws IOException {
    String body =
        "{\"session_id\":\""
            + session
            + "\",\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Bash\",\"tool_use_id\":\""
            + session
            + n
            + "\",\"n\":"
            + n
            + "}";
    long begin = System.nanoTime();
    HttpConnection.Answer answer = connection.post("/hooks/claude-code", body);
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin);
    latencies.recordValue(Math.min(MOST_MICROS, micros));
    posted.incrementAndGet();
    if (answer.status() != 200) {
      failures.add(session + ": " + answer);
    }
  }

  /** The answers since the last time that this was asked, in microseconds. */
  Histogram takeLatencies() {
    return latencies.getIntervalHistogram();
  }

  long posted() {
    return posted.get();
  }

  /** What went wrong. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  String prefix() {
    return prefix;
  }

  /**
   * Ends, and tells how many events of each session were posted.
   *
   * @throws InterruptedException while it waits for the last answers
   */
  Map<String, Integer> end() throws InterruptedException {
    ended = true;
    for (Thread each : agents) {
      each.join();
    }
    synchronized (sent) {
      return Map.copyOf(sent);
    }
  }

  @Override
  public void close() {
    ended = true;
  }
}
