package dev.evenkeel.soak;

import dev.evenkeel.testbed.Access;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * One agent: posts its script event after event, each when it is due and the one before it was
 * answered. An event whose answer was lost is not posted again; it may have been taken.
 */
final class Agent {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int OK = 200;

  private final int port;
  private final String[] headers;
  private final String stream;
  private final Script script;
  private final Pace pace;
  private final Recorder latencies;
  private final LongAdder answered;
  private final Thread thread;

  // Mutable state, guarded by this
  private final Intervals accepted = new Intervals();
  private final Intervals unsure = new Intervals();
  private final Intervals refused = new Intervals();
  private String refusal = "";

  /**
   * An agent that starts at once.
   *
   * @param latencies of the answers, in microseconds
   * @param answered counts what was accepted
   */
  Agent(
      Access access,
      String stream,
      Script script,
      Pace pace,
      Recorder latencies,
      LongAdder answered) {
    this.port = access.port();
    this.headers = access.headers();
    this.stream = stream;
    this.script = script;
    this.pace = pace;
    this.latencies = latencies;
    this.answered = answered;
    this.thread = Thread.ofPlatform().name(stream).start(this::work);
  }

  String stream() {
    return stream;
  }

  private void work() {
    HttpConnection connection = null;
    while (pace.await()) {
      connection = connection == null ? connect() : connection;
      if (connection == null) {
        break;
      }
      long n = script.n();
      byte[] body = script.next();
      try {
        post(connection, n, body);
      } catch (IOException e) {
        note(unsure, n);
        close(connection);
        connection = null;
      }
    }
    close(connection);
  }

  private void post(HttpConnection connection, long n, byte[] body) throws IOException {
    long begin = System.nanoTime();
    HttpConnection.Answer answer = connection.post("/hooks/claude-code", body, headers);
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin);
    if (answer.status() == OK) {
      latencies.recordValue(micros);
      note(accepted, n);
      answered.increment();
    } else {
      refusal = answer.toString();
      note(refused, n);
    }
  }

  private synchronized void note(Intervals where, long n) {
    boolean _ = where.add(n);
  }

  /** The server may be away for a while. Null when the run ends meanwhile. */
  private @Nullable HttpConnection connect() {
    while (!pace.isOver()) {
      try {
        return HttpConnection.to(port, PATIENCE);
      } catch (IOException e) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
    return null;
  }

  private static void close(@Nullable HttpConnection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException("a socket does not close", e);
    }
  }

  /** The numbers of its events that were answered 200 until now. */
  synchronized Intervals accepted() {
    return accepted.copy();
  }

  /** What it knows of its events at the end. */
  record Account(
      String stream, Intervals accepted, Intervals unsure, Intervals refused, String refusal) {}

  /** Waits for its last answer, after the pace has ended. */
  Account end() throws InterruptedException {
    thread.join();
    synchronized (this) {
      return new Account(stream, accepted, unsure, refused, refusal);
    }
  }
}
