package dev.evenkeel.soak.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What reached one target, from the journal that it writes before it acknowledges. The journal
 * outlives a target that is killed. It is read by one thread at a time.
 */
final class TargetArrivals extends Arrivals {

  /** The connections that a target may have at once. */
  static final int CONNECTIONS = 3;

  /** What the server may have in flight on a connection, and so may send again. */
  static final int WINDOW = 64;

  private static final int MARK = 5;

  private final Path journal;

  // Mutable state, guarded by this
  private final Map<Path, Long> read = new HashMap<>();

  TargetArrivals(Path journal) {
    super(CONNECTIONS, WINDOW);
    this.journal = journal;
  }

  @Override
  synchronized void readOn() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(journal)) {
      files = all.sorted().toList();
    }
    for (Path file : files) {
      readOn(file);
    }
  }

  private void readOn(Path file) throws IOException {
    long from = read.getOrDefault(file, 0L);
    byte[] bytes;
    try (var in = new RandomAccessFile(file.toFile(), "r")) {
      bytes = new byte[Math.toIntExact(in.length() - from)];
      in.seek(from);
      in.readFully(bytes);
    }
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    read.put(file, from + end);
    new String(bytes, 0, end, UTF_8).lines().forEach(this::take);
  }

  private void take(String line) {
    String[] words = line.split("\t", -1);
    switch (words[0]) {
      case "s" -> startedAgain();
      case "j" -> nowJoined(Integer.parseInt(words[1]));
      case "m" -> wasToldThatItMissed(Long.parseLong(words[1]));
      case "e" -> arrived(words[2], words[4], words[MARK]);
      default -> throw new IllegalStateException("a line of the journal that is unknown: " + line);
    }
  }
}
