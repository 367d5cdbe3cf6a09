package dev.evenkeel.bench;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the benchmark is told on its command line. */
record Arguments(
    int connections,
    Duration seconds,
    int pairs,
    int rate,
    long events,
    @Nullable Path json,
    Path recorded,
    @Nullable Path cache,
    boolean target,
    boolean fanOut) {

  static final String HELP =
      """
      usage: bin/evenkeel bench [--connections N] [--seconds S] [--pairs N] [--rate N] [--events N]
                                [--json FILE] [--recorded FOLDER] [--cache FILE] [--no-target] [--fan-out]

      Starts the packaged server on an empty data folder and measures it with recorded events:
      throughput of the whole way (posted, kept, published, acknowledged by a Node Socket.IO server
      on the same machine) beside a bare endpoint of the same HTTP server, in turns; latency on a fixed schedule; memory over many events; time to start;
      deliveries a second to 1, 20 and 200 Socket.IO clients beside a Node server that does nothing
      but pass the same events on, in turns.
      bin/evenkeel bench --search --help: the benchmark of the text search.

        --connections N   connections of the client (16)
        --seconds S       how long each run of throughput and latency takes (10)
        --pairs N         how many runs of bare and whole, in turns; the median counts (5)
        --rate N          events a second for the latency (1000)
        --events N        events of the memory run (1000000); 0 leaves it out
        --json FILE       writes the figures there, too
        --recorded FOLDER where the recorded events are (integration-tests/events)
        --cache FILE      the start-up cache to start with (the one of bin/evenkeel run)
        --no-target       no Socket.IO server: the whole way ends when events are published
        --fan-out         measures only the deliveries
      """;

  /** Reads them, or throws with what is wrong. */
  static Arguments of(String... words) {
    int connections = 16;
    Duration seconds = Duration.ofSeconds(10);
    int pairs = 5;
    int rate = 1000;
    long events = 1_000_000;
    Path json = null;
    Path recorded = Path.of("integration-tests", "events");
    Path cache = null;
    boolean target = true;
    boolean fanOut = false;
    for (int i = 0; i < words.length; i += 2) {
      if (words[i].equals("--fan-out")) {
        fanOut = true;
        i--;
        continue;
      }
      if (words[i].equals("--no-target")) {
        target = false;
        i--;
        continue;
      }
      if (i + 1 == words.length) {
        throw new IllegalArgumentException(words[i] + " needs a value, or is not known");
      }
      String value = words[i + 1];
      switch (words[i]) {
        case "--connections" -> connections = (int) number(words[i], value, 1);
        case "--seconds" -> seconds = Duration.ofSeconds(number(words[i], value, 1));
        case "--pairs" -> pairs = (int) number(words[i], value, 1);
        case "--rate" -> rate = (int) number(words[i], value, 1);
        case "--events" -> events = number(words[i], value, 0);
        case "--json" -> json = path(value);
        case "--recorded" -> recorded = path(value);
        case "--cache" -> cache = path(value);
        default -> throw new IllegalArgumentException(words[i] + " is not known");
      }
    }
    return new Arguments(
        connections, seconds, pairs, rate, events, json, recorded, cache, target, fanOut);
  }

  /** The script starts this elsewhere than where it was called. */
  static Path path(String value) {
    return Path.of(System.getProperty("evenkeel.bench.from", "")).resolve(value);
  }

  static long number(String name, String value, long least) {
    try {
      long number = Long.parseLong(value);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is '" + value + "'; it is a number", e);
    }
    throw new IllegalArgumentException(name + " is " + value + "; it is at least " + least);
  }
}
