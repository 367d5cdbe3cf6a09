package dev.evenkeel.soak;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is run.
 *
 * @param events the run ends after so many accepted events
 * @param duration or after so long, whichever comes first
 * @param rate events a second, of all agents together
 * @param warmUp so many events are not judged for growth
 * @param agents how many post at the same time
 * @param targets how many Socket.IO servers
 * @param hubClients how many clients of the hub
 * @param largeEvery each agent's so-manieth event has 1 MB; 0 for none
 * @param mostLag agents are held while a receiver is further behind, in events
 * @param limits of the verdicts
 * @param extensions jars that the server gets
 * @param environment settings of the server beside those of the run
 * @param cache the server's start-up cache, or null
 * @param nodeOptions more options of the Node server
 * @param schedule what goes wrong meanwhile
 * @param evidence how long the run goes on with a flight recording when memory or threads have
 *     grown; zero for not at all
 */
public record SoakPlan(
    long events,
    Duration duration,
    int rate,
    long warmUp,
    int agents,
    int targets,
    int hubClients,
    int largeEvery,
    long mostLag,
    Limits limits,
    List<Path> extensions,
    Map<String, String> environment,
    @Nullable Path cache,
    List<String> nodeOptions,
    Schedule schedule,
    Duration evidence) {

  /** What holds when nothing is said: 150,000 events in about 75 seconds. */
  public static final SoakPlan DEFAULT =
      new SoakPlan(
          150_000,
          Duration.ofDays(365),
          2_000,
          100_000,
          8,
          1,
          2,
          1_000,
          20_000,
          Limits.DEFAULT,
          List.of(),
          Map.of(),
          null,
          List.of(),
          Schedule.NONE,
          Duration.ofSeconds(20));

  public SoakPlan {
    atLeast("events", events, 1);
    atLeast("rate", rate, 1);
    atLeast("warm-up", warmUp, 0);
    atLeast("agents", agents, 1);
    atLeast("targets", targets, 1);
    atLeast("hub clients", hubClients, 0);
    extensions = List.copyOf(extensions);
    environment = Map.copyOf(environment);
    nodeOptions = List.copyOf(nodeOptions);
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + "; it is at least " + least);
    }
  }

  /** The same with other numbers of events. */
  public SoakPlan withEvents(long value, long warmUpEvents) {
    return new SoakPlan(
        value,
        duration,
        rate,
        warmUpEvents,
        agents,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        extensions,
        environment,
        cache,
        nodeOptions,
        schedule,
        evidence);
  }

  /** The same for so long at most. */
  public SoakPlan withDuration(Duration value) {
    return new SoakPlan(
        events,
        value,
        rate,
        warmUp,
        agents,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        extensions,
        environment,
        cache,
        nodeOptions,
        schedule,
        evidence);
  }

  /** The same at another rate. */
  public SoakPlan withRate(int value) {
    return new SoakPlan(
        events,
        duration,
        value,
        warmUp,
        agents,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        extensions,
        environment,
        cache,
        nodeOptions,
        schedule,
        evidence);
  }

  /** The same with another number of targets. */
  public SoakPlan withTargets(int value) {
    return new SoakPlan(
        events,
        duration,
        rate,
        warmUp,
        agents,
        value,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        extensions,
        environment,
        cache,
        nodeOptions,
        schedule,
        evidence);
  }

  /** The same, but agents are held later or earlier. */
  public SoakPlan withMostLag(long value) {
    return new SoakPlan(
        events,
        duration,
        rate,
        warmUp,
        agents,
        targets,
        hubClients,
        largeEvery,
        value,
        limits,
        extensions,
        environment,
        cache,
        nodeOptions,
        schedule,
        evidence);
  }

  /** The same with other limits. */
  public SoakPlan withLimits(Limits value) {
    return new SoakPlan(
        events,
        duration,
        rate,
        warmUp,
        agents,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        value,
        extensions,
        environment,
        cache,
        nodeOptions,
        schedule,
        evidence);
  }

  /** The same with these extensions. */
  public SoakPlan withExtensions(List<Path> value) {
    return new SoakPlan(
        events,
        duration,
        rate,
        warmUp,
        agents,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        value,
        environment,
        cache,
        nodeOptions,
        schedule,
        evidence);
  }

  /** The same with these settings of the server. */
  public SoakPlan withEnvironment(Map<String, String> value) {
    return new SoakPlan(
        events,
        duration,
        rate,
        warmUp,
        agents,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        extensions,
        value,
        cache,
        nodeOptions,
        schedule,
        evidence);
  }

  /** The same with a start-up cache. */
  public SoakPlan withCache(@Nullable Path value) {
    return new SoakPlan(
        events,
        duration,
        rate,
        warmUp,
        agents,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        extensions,
        environment,
        value,
        nodeOptions,
        schedule,
        evidence);
  }

  /** The same with more options of the Node server. */
  public SoakPlan withNodeOptions(String... value) {
    return new SoakPlan(
        events,
        duration,
        rate,
        warmUp,
        agents,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        extensions,
        environment,
        cache,
        List.of(value),
        schedule,
        evidence);
  }

  /** The same with faults. */
  public SoakPlan withSchedule(Schedule value) {
    return new SoakPlan(
        events,
        duration,
        rate,
        warmUp,
        agents,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        extensions,
        environment,
        cache,
        nodeOptions,
        value,
        evidence);
  }

  /** The same with a longer or shorter flight recording. */
  public SoakPlan withEvidence(Duration value) {
    return new SoakPlan(
        events,
        duration,
        rate,
        warmUp,
        agents,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        extensions,
        environment,
        cache,
        nodeOptions,
        schedule,
        value);
  }

  /** The same with another number of agents. */
  public SoakPlan withAgents(int value) {
    return new SoakPlan(
        events,
        duration,
        rate,
        warmUp,
        value,
        targets,
        hubClients,
        largeEvery,
        mostLag,
        limits,
        extensions,
        environment,
        cache,
        nodeOptions,
        schedule,
        evidence);
  }
}
