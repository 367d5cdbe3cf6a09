package dev.evenkeel.soak;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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
 * @param largeEvery one of so many events of each agent has 1 MB, by chance which; 0 for none
 * @param mostLag agents are held while a receiver is further behind, in events: an eighth of what
 *     the log keeps, or retention would overtake a receiver that a fault has stopped, also where
 *     only one of a target's three connections is missing, and few sessions are its own
 * @param inContainer whether the server runs in a container of its own image, with targets in
 *     containers; else as a process
 * @param limits of the verdicts
 * @param extensions jars that the server gets
 * @param environment settings of the server beside those of the run
 * @param cache the server's start-up cache, or null; an image has its own
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
    boolean inContainer,
    Limits limits,
    List<Path> extensions,
    Map<String, String> environment,
    @Nullable Path cache,
    List<String> nodeOptions,
    Schedule schedule,
    Duration evidence) {

  /** What holds when nothing is said: 150,000 events in about two minutes. */
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
          1_500,
          false,
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
    return with(
        draft -> {
          draft.events = value;
          draft.warmUp = warmUpEvents;
        });
  }

  /** The same for so long at most. */
  public SoakPlan withDuration(Duration value) {
    return with(draft -> draft.duration = value);
  }

  /** The same at another rate. */
  public SoakPlan withRate(int value) {
    return with(draft -> draft.rate = value);
  }

  /** The same with another number of targets. */
  public SoakPlan withTargets(int value) {
    return with(draft -> draft.targets = value);
  }

  /** The same with the server in a container. */
  public SoakPlan withContainer() {
    return with(draft -> draft.inContainer = true);
  }

  /** What can happen to such a server. */
  Schedule possible() {
    return schedule.filter(fault -> !isPassedOver(fault));
  }

  /** What of the schedule cannot. */
  Schedule passedOver() {
    return schedule.filter(this::isPassedOver);
  }

  private boolean isPassedOver(Fault fault) {
    return inContainer && fault.needsProcess();
  }

  /** The same with other limits. */
  public SoakPlan withLimits(Limits value) {
    return with(draft -> draft.limits = value);
  }

  /** The same with these extensions. */
  public SoakPlan withExtensions(List<Path> value) {
    return with(draft -> draft.extensions = value);
  }

  /** The same with these settings of the server. */
  public SoakPlan withEnvironment(Map<String, String> value) {
    return with(draft -> draft.environment = value);
  }

  /** The same with a start-up cache. */
  public SoakPlan withCache(@Nullable Path value) {
    return with(draft -> draft.cache = value);
  }

  /** The same with more options of the Node server. */
  public SoakPlan withNodeOptions(String... value) {
    return with(draft -> draft.nodeOptions = List.of(value));
  }

  /** The same with faults. */
  public SoakPlan withSchedule(Schedule value) {
    return with(draft -> draft.schedule = value);
  }

  /** The same with a longer or shorter flight recording. */
  public SoakPlan withEvidence(Duration value) {
    return with(draft -> draft.evidence = value);
  }

  /** The same with another number of agents. */
  public SoakPlan withAgents(int value) {
    return with(draft -> draft.agents = value);
  }

  private SoakPlan with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.plan();
  }

  /** A plan while it is changed. */
  private static final class Draft {
    private long events;
    private Duration duration;
    private int rate;
    private long warmUp;
    private int agents;
    private int targets;
    private int hubClients;
    private int largeEvery;
    private long mostLag;
    private boolean inContainer;
    private Limits limits;
    private List<Path> extensions;
    private Map<String, String> environment;
    private @Nullable Path cache;
    private List<String> nodeOptions;
    private Schedule schedule;
    private Duration evidence;

    Draft(SoakPlan plan) {
      events = plan.events;
      duration = plan.duration;
      rate = plan.rate;
      warmUp = plan.warmUp;
      agents = plan.agents;
      targets = plan.targets;
      hubClients = plan.hubClients;
      largeEvery = plan.largeEvery;
      mostLag = plan.mostLag;
      inContainer = plan.inContainer;
      limits = plan.limits;
      extensions = plan.extensions;
      environment = plan.environment;
      cache = plan.cache;
      nodeOptions = plan.nodeOptions;
      schedule = plan.schedule;
      evidence = plan.evidence;
    }

    SoakPlan plan() {
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
          inContainer,
          limits,
          extensions,
          environment,
          cache,
          nodeOptions,
          schedule,
          evidence);
    }
  }
}
