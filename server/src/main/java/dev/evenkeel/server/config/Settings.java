package dev.evenkeel.server.config;

import dev.evenkeel.extension.Limits;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All that is configured, checked: what the parts are built from. Plain values, so that a test
 * makes them with {@code new}; {@link SettingsReader} makes them from where users write them.
 *
 * @param dataDir where the log and the history are kept, absolute
 * @param memoryBudget bytes for bodies, queues and tails together
 * @param debug whether cleanups, the handler's reuse and each connection are logged
 * @param state the bounded maps
 * @param watch the watch on memory
 * @param pool the connections to each target
 * @param targets by name, the Socket.IO servers that get every event
 * @param guards how long agents wait for guards
 * @param log what is kept on disk
 * @param access who may come in
 * @param extensionsDir where jars with extensions are looked for, absolute
 * @param extensionsOrder the extensions that come first, in this order
 * @param extensions by extension, its settings by key; the extension checks its own
 */
public record Settings(
    Path dataDir,
    long memoryBudget,
    boolean debug,
    State state,
    Watch watch,
    Pool pool,
    Map<String, Target> targets,
    Guards guards,
    Log log,
    Access access,
    Path extensionsDir,
    List<String> extensionsOrder,
    Map<String, Map<String, String>> extensions) {

  private static final Pattern TARGET_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

  public Settings {
    Check.atLeast(
        "evenkeel.memory-budget", memoryBudget, 1L << 20, "the server needs at least 1 MB");
    for (String name : targets.keySet()) {
      if (!TARGET_NAME.matcher(name).matches()) {
        throw new InvalidSettingException(
            "evenkeel.targets." + name + ".url",
            " names a target '" + name + "'; a name is up to 64 letters, digits, '-' and '_'");
      }
    }
    targets = Map.copyOf(targets);
    extensionsOrder = List.copyOf(extensionsOrder);
    var copy = new TreeMap<String, Map<String, String>>();
    extensions.forEach((name, values) -> copy.put(name, Map.copyOf(values)));
    extensions = Map.copyOf(copy);
  }

  /**
   * The bounded maps.
   *
   * @param maxDelegations the most entries of a map of the extension {@code delegations}
   * @param maxPrompts the same of the extension {@code prompts}
   * @param maxAge how long after its last use an entry is kept, in every map with the usual age
   * @param cleanupIntervalEvents after how many events the maps are looked through
   */
  public record State(
      int maxDelegations, int maxPrompts, Duration maxAge, int cleanupIntervalEvents) {

    private static final String PREFIX = "evenkeel.state.";

    public State {
      Check.atLeast(PREFIX + "max-delegations", maxDelegations, 1, "a map needs at least 1");
      Check.atLeast(PREFIX + "max-prompts", maxPrompts, 1, "a map needs at least 1");
      Check.positive(PREFIX + "max-age", maxAge);
      Check.atLeast(
          PREFIX + "cleanup-interval-events", cleanupIntervalEvents, 1, "it has to be at least 1");
    }

    /**
     * The operator's word on a map: the age for every map that has the usual one, the capacity for
     * those that have a setting. An extension that asks for another age has its reason, and how
     * long an open entry is kept stays as it wants it, too.
     */
    public Limits limitsOf(String extension, Limits defaults) {
      boolean usual = defaults.maxAge().equals(Limits.DEFAULT_MAX_AGE);
      Limits aged = usual ? defaults.withMaxAge(maxAge) : defaults;
      return switch (extension) {
        case "delegations" -> aged.withCapacity(maxDelegations);
        case "prompts" -> aged.withCapacity(maxPrompts);
        default -> aged;
      };
    }
  }

  /**
   * The watch on memory.
   *
   * @param interval between two looks
   * @param alertThreshold bytes of resident memory that raise an alert
   * @param autoCleanup whether an alert also cleans up
   */
  public record Watch(
      boolean enabled, Duration interval, long alertThreshold, boolean autoCleanup) {

    public Watch {
      Check.positive("evenkeel.watch.interval", interval);
      Check.atLeast(
          "evenkeel.watch.alert-threshold",
          alertThreshold,
          1L << 20,
          "a number alone is bytes: write it like 500MB");
    }
  }

  /**
   * The connections to each target.
   *
   * @param maxConnections the most at every moment
   * @param cleanupInterval after so long without an event a connection is closed
   */
  public record Pool(int maxConnections, Duration cleanupInterval) {

    private static final int MOST = 64;

    public Pool {
      String key = "evenkeel.pool.max-connections";
      Check.atLeast(key, maxConnections, 1, "a pool needs at least 1");
      if (maxConnections > MOST) {
        throw new InvalidSettingException(
            key, " is " + maxConnections + "; at most " + MOST + " are possible");
      }
      Check.positive("evenkeel.pool.cleanup-interval", cleanupInterval);
    }
  }

  /**
   * A Socket.IO server that gets every published event.
   *
   * @param url where it listens: scheme, host and port
   * @param token what it asks for, or null
   * @param namespace the Socket.IO namespace, {@code /} by default
   */
  public record Target(URI url, @Nullable String token, String namespace, Acknowledge acknowledge) {

    /** The same without the token, which is a secret. */
    @Override
    public String toString() {
      return "Target[" + url + ", " + namespace + ", " + acknowledge + "]";
    }
  }

  /** Whether a target is to acknowledge events. */
  public enum Acknowledge {
    /** It is found out. */
    AUTO,
    /** Always: what is not acknowledged is sent again. */
    ALWAYS,
    /** Never. */
    NEVER
  }

  /**
   * How long agents wait for guards.
   *
   * @param deadline for all guards of an event
   * @param deadlines the same for some events, by name in any case
   */
  public record Guards(Duration deadline, Map<String, Duration> deadlines) {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    public Guards {
      check("evenkeel.guards.deadline", deadline);
      deadlines.forEach((event, own) -> check("evenkeel.guards.deadlines." + event, own));
      deadlines = Map.copyOf(deadlines);
    }

    private static void check(String key, Duration deadline) {
      Check.positive(key, deadline);
      if (deadline.compareTo(LONGEST) > 0) {
        throw new InvalidSettingException(
            key, " is " + deadline + "; the agent waits meanwhile, so at most 60s are possible");
      }
    }
  }

  /**
   * What is kept on disk.
   *
   * @param maxBytes of the log, at least 16 MB
   * @param maxAge of an event
   * @param textSearch whether events can be searched by their text
   */
  public record Log(long maxBytes, Duration maxAge, boolean textSearch) {

    public Log {
      Check.atLeast("evenkeel.log.max-bytes", maxBytes, 16L << 20, "the log needs at least 16 MB");
      Check.positive("evenkeel.log.max-age", maxAge);
    }
  }

  /**
   * Who may come in.
   *
   * @param token that every request has to bring, or null
   * @param allowedOrigins web pages of other origins that may read
   * @param allowedHosts names beside localhost by which the server is called
   */
  public record Access(
      @Nullable String token, List<String> allowedOrigins, List<String> allowedHosts) {

    public Access {
      allowedOrigins = List.copyOf(allowedOrigins);
      allowedHosts = List.copyOf(allowedHosts);
    }

    /** The same without the token, which is a secret. */
    @Override
    public String toString() {
      return "Access[" + allowedOrigins + ", " + allowedHosts + "]";
    }
  }
}
