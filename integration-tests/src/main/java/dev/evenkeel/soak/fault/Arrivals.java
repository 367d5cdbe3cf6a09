package dev.evenkeel.soak.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What reached one target, from the journal that it writes before it acknowledges. The journal
 * outlives a target that is killed. For one thread at a time.
 */
final class Arrivals {

  private static final int MARK = 5;

  private final Path journal;

  // Mutable state, guarded by this
  private final Map<Path, Long> read = new HashMap<>();
  private final Set<String> ids = new HashSet<>();
  private final Map<String, List<Integer>> marks = new HashMap<>();
  private long repeats;
  private long missed;
  private int joined;
  private int everJoined;
  private int mostJoined;

  Arrivals(Path journal) {
    this.journal = journal;
  }

  /** Reads what was added since the last time. */
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
      case "s" -> joined = 0;
      case "j" -> {
        int now = Integer.parseInt(words[1]);
        everJoined += Math.max(0, now - joined);
        mostJoined = Math.max(mostJoined, now);
        joined = now;
      }
      case "m" -> missed += Long.parseLong(words[1]);
      case "e" -> {
        if (!ids.add(words[2])) {
          repeats++;
        } else if (!words[MARK].isEmpty()) {
          marks
              .computeIfAbsent(words[4], session -> new ArrayList<>())
              .add(Integer.parseInt(words[MARK]));
        }
      }
      default -> throw new IllegalStateException("a line of the journal that is unknown: " + line);
    }
  }

  /** Whether everything of a session that was answered is here. */
  synchronized boolean has(Traffic.Snapshot session) {
    List<Integer> here = marks.getOrDefault("claude-code/" + session.id(), List.of());
    return here.size() >= session.answered().size()
        && new HashSet<>(here).containsAll(session.answered());
  }

  /** The numbers of a session's events, in the order in which they came first. */
  synchronized List<Integer> marks(String session) {
    return List.copyOf(marks.getOrDefault("claude-code/" + session, List.of()));
  }

  /** Events that came. */
  synchronized long events() {
    return ids.size();
  }

  /** How often an event came that had come before. */
  synchronized long repeats() {
    return repeats;
  }

  /** How many events the target was told that it missed. */
  synchronized long missed() {
    return missed;
  }

  /** How often a socket joined. */
  synchronized int everJoined() {
    return everJoined;
  }

  /** The most sockets that were joined at once. */
  synchronized int mostJoined() {
    return mostJoined;
  }
}
