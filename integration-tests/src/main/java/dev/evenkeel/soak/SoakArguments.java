package dev.evenkeel.soak;

import dev.evenkeel.soak.fault.Faults;
import dev.evenkeel.testbed.SocketIoServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the command is told.
 *
 * @param report where the report goes, or null
 */
record SoakArguments(SoakPlan plan, @Nullable Path report) {

  static final String HELP =
      """
      usage: bin/evenkeel soak [--events N | --duration T] [--rate R] [--extension JAR]... [--report FOLDER]
                               [--warm-up N] [--agents N] [--targets N] [--testbed process|container]
                               [--faults] [--max-rss MB]

      Starts the packaged server between agents that post recorded events and a real Node Socket.IO
      server, and judges what was lost and what grew. Ends with 0 when no promise was broken, with 1 when
      one was, with 2 when it could not be run.

        --events N        so many events (150000, about two minutes)
        --duration T      for so long instead: 90s, 30m, 8h, 3d
        --rate R          events a second (2000)
        --extension JAR   an extension that the server runs; may be given several times
        --report FOLDER   writes report.html, report.md with its charts, samples.csv and junit.xml there, on failure
                          also class histograms, and a flight recording when something grew
        --warm-up N       the first so many events are not judged for growth (100000, at most two thirds of --events)
        --agents N        so many post at the same time (8)
        --targets N       so many Socket.IO servers (1)
        --testbed FORM    whether they are child processes, which is the default, or containers
        --faults          things go wrong meanwhile: the server is killed 20 times, the target as often ...
        --max-rss MB      the most memory that the server's process may ever hold (200)
        --cache FILE      the start-up cache to start with (the one of bin/evenkeel run)

      docs/soak.md says what the promises are, and how to soak an extension in CI.
      """;

  private static final Pattern DURATION = Pattern.compile("(\\d+)([smhd])");

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static SoakArguments of(String... words) {
    SoakPlan plan = SoakPlan.DEFAULT;
    Path report = null;
    var extensions = new ArrayList<Path>();
    long warmUp = -1;
    long events = 0;
    boolean faults = false;
    for (int i = 0; i < words.length; i += 2) {
      if (words[i].equals("--faults")) {
        faults = true;
        i--;
        continue;
      }
      if (i + 1 == words.length) {
        throw new IllegalArgumentException(words[i] + " needs a value, or is not known");
      }
      String value = words[i + 1];
      switch (words[i]) {
        case "--events" -> events = number(words[i], value, 1_000);
        case "--duration" -> plan = plan.withDuration(duration(value));
        case "--rate" -> plan = plan.withRate((int) number(words[i], value, 1));
        case "--extension" -> extensions.add(jar(value));
        case "--report" -> report = path(value);
        case "--warm-up" -> warmUp = number(words[i], value, 0);
        case "--agents" -> plan = plan.withAgents((int) number(words[i], value, 1));
        case "--targets" -> plan = plan.withTargets((int) number(words[i], value, 1));
        case "--max-rss" ->
            plan = plan.withLimits(plan.limits().withRssBytes(number(words[i], value, 1) << 20));
        case "--testbed" -> SocketIoServer.Form.choose(value);
        case "--cache" -> plan = plan.withCache(Path.of(value));
        default -> throw new IllegalArgumentException(words[i] + " is not known");
      }
    }
    boolean forTime = !plan.duration().equals(SoakPlan.DEFAULT.duration());
    if (events > 0 && forTime) {
      throw new IllegalArgumentException("--events and --duration cannot both be given");
    }
    if (events == 0) {
      events = forTime ? plan.duration().toSeconds() * plan.rate() : plan.events();
    }
    if (warmUp < 0) {
      warmUp = Math.min(plan.warmUp(), events * 2 / 3);
    }
    if (faults) {
      plan = plan.withSchedule(Schedule.spread(events / 50, events * 8 / 10, Faults.anywhere()));
    }
    plan = plan.withEvents(forTime ? Long.MAX_VALUE : events, warmUp).withExtensions(extensions);
    return new SoakArguments(plan, report);
  }

  private static long number(String name, String value, long least) {
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

  private static Duration duration(String value) {
    Matcher parts = DURATION.matcher(value);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "--duration is '" + value + "'; it is a number with s, m, h or d: 30m");
    }
    long count = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  /** The script starts this elsewhere than where it was called. */
  private static Path path(String value) {
    return Path.of(System.getProperty("evenkeel.soak.from", "")).resolve(value);
  }

  private static Path jar(String value) {
    Path jar = path(value);
    if (!Files.isRegularFile(jar) || !value.endsWith(".jar")) {
      throw new IllegalArgumentException("--extension is " + value + "; there is no such jar");
    }
    return jar;
  }

  /** What makes this run again, without the start-up cache: the command adds that by itself. */
  static String command(List<String> words) {
    var shown = new ArrayList<>(List.of("bin/evenkeel soak"));
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equals("--cache")) {
        i++;
      } else {
        shown.add(words.get(i));
      }
    }
    return String.join(" ", shown);
  }
}
