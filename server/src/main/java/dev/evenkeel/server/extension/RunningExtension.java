package dev.evenkeel.server.extension;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.Limits;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One life of an extension, from its start to its stop: what it registered, what it keeps, and how
 * its calls go.
 */
public final class RunningExtension {

  /** How long a start may take. */
  static final Duration START = Duration.ofSeconds(10);

  /** How long a stop may take. */
  static final Duration STOP = Duration.ofSeconds(5);

  /** How an extension is, as {@code /api/status} tells it. */
  public enum State {
    /** Its calls return in time. */
    RUNNING,
    /** A call was late and has not returned yet: the extension is passed over until it does. */
    STUCK,
    /** Too many calls failed: it is passed over for a while, then one call tries again. */
    PAUSED,
    /** It is switched off, by configuration or by an operator. */
    DISABLED,
    /** It could not start. */
    FAILED
  }

  private final Origin origin;
  private final Extension extension;
  private final ExtensionLoader loader;
  private final Runnable release;
  private final String name;
  private final Conduct conduct;
  private final JsonMapper json = ExtensionJson.mapper();
  private final Gate gate = new Gate();
  private final Gate sideGate = new Gate();
  private final StartContext registered;

  // Mutable state, written by the watch
  private volatile boolean crowded;

  /**
   * @param before what the maps begin with
   */
  RunningExtension(
      Origin origin, Origin.Made made, Conduct conduct, Offer offer, StateStore before) {
    this.origin = origin;
    this.extension = made.introduction().extension();
    this.loader = made.loader();
    this.release = made.release();
    this.name = made.introduction().name();
    this.conduct = conduct;
    this.registered = new StartContext(this, offer, before);
  }

  /**
   * What the server gives to an extension that starts.
   *
   * @param versions by the name under which a map is stored, the version of its last change
   */
  record Offer(
      Map<String, String> config,
      UnaryOperator<LimitsOf> limits,
      Function<String, AtomicLong> versions,
      Clock clock) {}

  /** A map's limits on their way through the operator's configuration. */
  public record LimitsOf(String extension, String map, Limits limits) {}

  void start() throws RefusedException {
    LifeThread.<@Nullable Void>run(
        "start of " + name,
        loader,
        START,
        () -> {
          extension.start(registered);
          return null;
        });
    try {
      registered.close();
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Reason.of(e), e);
    }
  }

  void stop() {
    stop(STOP);
  }

  /**
   * @param limit after this it is interrupted and left alone
   */
  void stop(Duration limit) {
    try {
      LifeThread.<@Nullable Void>run(
          "stop of " + name,
          loader,
          limit,
          () -> {
            extension.stop();
            return null;
          });
    } catch (RefusedException e) {
      System.getLogger(RunningExtension.class.getName())
          .log(System.Logger.Level.WARNING, "The extension " + name + " failed to stop", e);
    }
    release();
  }

  /** Gives back what it was made from. */
  void release() {
    release.run();
  }

  /** Its name in configuration and status. */
  public String name() {
    return name;
  }

  /** Whether it is one of those that come with the server. */
  public boolean isShipped() {
    return origin.isShipped();
  }

  /** How it is. */
  public State state() {
    return conduct.state();
  }

  /** The mapper for what it keeps and attaches. */
  public JsonMapper json() {
    return json;
  }

  /** Enters for some calls. Who gets {@link Entry#ENTERED} has to leave, also when one is late. */
  public Entry enter() {
    return gate.enter();
  }

  /** Ends what {@link #enter} began. */
  public void leave() {
    gate.leave();
  }

  /** Whether who wants to call has to wait for its successor. */
  public boolean isBeingExchanged() {
    return gate.isClosed();
  }

  /** Whether it is in the line-up, or will be when its exchange fails. */
  public boolean isInUse() {
    return !gate.isGone();
  }

  Gate gate() {
    return gate;
  }

  /**
   * Enters for a filter or a guard, which works beside the handler and never waits.
   *
   * @return false when this extension is not in use any more: the line-up has another
   */
  public boolean enterBeside() {
    return sideGate.enter() == Entry.ENTERED;
  }

  /** Ends what {@link #enterBeside} began; also when a call is late. */
  public void leaveBeside() {
    sideGate.leave();
  }

  Gate sideGate() {
    return sideGate;
  }

  /** Whether so many of its calls are slow now that no other should begin. */
  public boolean isCrowded() {
    return crowded;
  }

  /** Set by the watch over calls. */
  public void setCrowded(boolean now) {
    crowded = now;
  }

  /** Runs a call so that threads it starts and lines it writes are known as this extension's. */
  public <T extends @Nullable Object> T call(Callable<T> call) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return call.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /**
   * Lets a call be made now, or returns null. Who gets a permit makes one, and says how it went.
   */
  public @Nullable Permit admit() {
    return conduct.admit();
  }

  /** A call begins. */
  public void called() {
    conduct.record().calls.increment();
  }

  /** A call returned in time. */
  public void succeeded(Permit permit, long nanos) {
    conduct.succeeded(permit, nanos);
  }

  /** A call threw. */
  public void failed(Permit permit, String on, Throwable failure, long nanos) {
    conduct.failed(permit, on, failure, nanos, Conduct.Saw.FILTERED, true);
  }

  /** A call threw that had the event before it as it came: a guard's. */
  public void failedBeside(Permit permit, String on, Throwable failure, long nanos) {
    conduct.failed(permit, on, failure, nanos, Conduct.Saw.ALL, true);
  }

  /**
   * A call threw that costs no more than a good one, and has to be tried with the next event again:
   * a filter's, which must not withhold what it can filter, and has the event before it as it came.
   */
  public void failedAlone(Permit permit, String on, Throwable failure, long nanos) {
    conduct.failed(permit, on, failure, nanos, Conduct.Saw.ALL, false);
  }

  /** An event went by because the extension is stuck or pauses. */
  public void passedOver() {
    conduct.record().passedOver.increment();
  }

  /** A call is late and still runs. */
  public void callIsLate(Permit permit, String on) {
    conduct.late(permit, on);
  }

  /** A late call has returned. */
  public void lateCallReturned(long nanos) {
    conduct.lateCallReturned(nanos);
  }

  /** Calls since the start. */
  public long calls() {
    return conduct.record().calls.sum();
  }

  /** Calls that threw or were late, since the start. */
  public long failures() {
    return conduct.record().failures.sum();
  }

  /** Events that went by because an earlier call was stuck or too many failed. */
  public long eventsPassedOver() {
    return conduct.record().passedOver.sum();
  }

  int lateCalls() {
    return conduct.lateCalls();
  }

  Origin origin() {
    return origin;
  }

  ExtensionLoader loader() {
    return loader;
  }

  List<Registration.Filter> filters() {
    return registered.filters();
  }

  List<Registration.Guard> guards() {
    return registered.guards();
  }

  List<Registration.Processor> processors() {
    return registered.processors();
  }

  /** Its periodic tasks. */
  public List<Registration.Task> tasks() {
    return registered.tasks();
  }

  List<StateMap<?, ?>> maps() {
    return registered.maps();
  }

  @Nullable StateMap<?, ?> mapStoredAs(String storedName) {
    for (StateMap<?, ?> each : maps()) {
      if (each.storedName().equals(storedName)) {
        return each;
      }
    }
    return null;
  }
}
