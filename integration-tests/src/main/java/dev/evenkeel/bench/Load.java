package dev.evenkeel.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Connections that post recorded events, as fast as they are answered or on a fixed schedule. */
final class Load implements AutoCloseable {

  /**
   * Two threads send and read for all connections: the client should cost little beside the server.
   */
  private static final int THREADS = 2;

  private static final long LONGEST_NANOS = Duration.ofMinutes(1).toNanos();

  private final List<Agent> agents = new ArrayList<>();
  private final long averageBytes;

  /** How many were answered until now; others may look while it runs. */
  final LongAdder answered = new LongAdder();

  Load(int port, String path, List<Path> files, int connections) throws IOException {
    long bytes = 0;
    for (int i = 0; i < connections; i++) {
      var requests = Requests.of(files, path);
      bytes = requests.averageBytes();
      agents.add(new Agent(port, requests));
    }
    averageBytes = bytes;
  }

  long averageBytes() {
    return averageBytes;
  }

  /** Posts for so long, or so many, whichever comes first. */
  void asFastAsItGoes(Duration time, long events) throws IOException {
    long end = System.nanoTime() + time.toNanos();
    long each = Math.max(1, events / THREADS);
    inThreads(
        own -> {
          long left = each;
          while (left > 0 && System.nanoTime() < end) {
            for (Agent agent : own) {
              agent.send();
            }
            for (Agent agent : own) {
              agent.receive();
            }
            answered.add(own.size());
            left -= own.size();
          }
          return new Histogram(LONGEST_NANOS, 3);
        });
  }

  /**
   * Posts at a rate. An event's time begins when it was due, also when the one before it was not
   * answered yet.
   */
  Histogram atRate(int perSecond, Duration time) throws IOException {
    long start = System.nanoTime() + Duration.ofMillis(100).toNanos();
    long interval = Duration.ofSeconds(1).toNanos() / perSecond;
    long count = time.toNanos() / interval;
    var all = new Histogram(LONGEST_NANOS, 3);
    var turns = new ArrayList<Callable<Histogram>>();
    for (int i = 0; i < agents.size(); i++) {
      int first = i;
      turns.add(
          () -> {
            var times = new Histogram(LONGEST_NANOS, 3);
            for (long n = first; n < count; n += agents.size()) {
              long due = start + n * interval;
              for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
              }
              agents.get(first).send();
              agents.get(first).receive();
              times.recordValue(Math.min(LONGEST_NANOS, System.nanoTime() - due));
            }
            return times;
          });
    }
    run(turns).forEach(all::add);
    return all;
  }

  private interface Turn {
    Histogram with(List<Agent> own) throws IOException;
  }

  private void inThreads(Turn turn) throws IOException {
    var turns = new ArrayList<Callable<Histogram>>();
    for (int t = 0; t < THREADS; t++) {
      var own = new ArrayList<Agent>();
      for (int i = t; i < agents.size(); i += THREADS) {
        own.add(agents.get(i));
      }
      if (!own.isEmpty()) {
        turns.add(() -> turn.with(own));
      }
    }
    var _ = run(turns);
  }

  private static List<Histogram> run(List<Callable<Histogram>> turns) throws IOException {
    try (var pool =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("agents-", 0).factory())) {
      var results = new ArrayList<Histogram>();
      for (Future<Histogram> each : pool.invokeAll(turns)) {
        results.add(each.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw new IOException("an agent failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    for (Agent each : agents) {
      each.close();
    }
  }
}
