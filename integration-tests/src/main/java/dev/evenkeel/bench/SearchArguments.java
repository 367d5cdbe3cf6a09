package dev.evenkeel.bench;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the benchmark of the text search is told on its command line. */
record SearchArguments(
    long megabytes,
    int queries,
    int connections,
    Duration seconds,
    int pairs,
    Path recorded,
    @Nullable Path cache) {

  static final String HELP =
      """
      usage: bin/evenkeel bench --search [--megabytes N] [--queries N] [--connections N]
                                         [--seconds S] [--pairs N] [--recorded FOLDER]
                                         [--cache FILE]

      Measures the text search of the packaged server. First what the index costs those who post:
      the rate with and without it, in turns. Then it fills a log with recorded events to its bound
      and searches it over HTTP.

        --megabytes N     evenkeel.log.max-bytes (512)
        --queries N       how often each search is made (200)
        --connections N   connections of the client that posts (16)
        --seconds S       how long each run with and without the index takes (5)
        --pairs N         how many runs with and without, in turns; 0 leaves them out (3)
        --recorded FOLDER where the recorded events are (integration-tests/events)
        --cache FILE      the start-up cache to start with (the one of bin/evenkeel run)
      """;

  /** Reads them, or throws with what is wrong. */
  static SearchArguments of(String... words) {
    long megabytes = 512;
    int queries = 200;
    int connections = 16;
    Duration seconds = Duration.ofSeconds(5);
    int pairs = 3;
    Path recorded = Path.of("integration-tests", "events");
    Path cache = null;
    for (int i = 0; i < words.length; i += 2) {
      if (i + 1 == words.length) {
        throw new IllegalArgumentException(words[i] + " needs a value, or is not known");
      }
      String value = words[i + 1];
      switch (words[i]) {
        case "--megabytes" -> megabytes = Arguments.number(words[i], value, 16);
        case "--queries" -> queries = (int) Arguments.number(words[i], value, 1);
        case "--connections" -> connections = (int) Arguments.number(words[i], value, 1);
        case "--seconds" -> seconds = Duration.ofSeconds(Arguments.number(words[i], value, 1));
        case "--pairs" -> pairs = (int) Arguments.number(words[i], value, 0);
        case "--recorded" -> recorded = Arguments.path(value);
        case "--cache" -> cache = Arguments.path(value);
        default -> throw new IllegalArgumentException(words[i] + " is not known");
      }
    }
    return new SearchArguments(megabytes, queries, connections, seconds, pairs, recorded, cache);
  }
}
