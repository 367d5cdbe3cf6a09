package dev.evenkeel.server.extension;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.server.extension.LineUp.Off;
import dev.evenkeel.server.extension.LineUp.Seat;
import dev.evenkeel.server.extension.RunningExtension.State;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Starts, exchanges and stops extensions while the server runs. Each switch falls between two
 * calls: who is inside finishes, who comes waits a moment and finds what is there then. An
 * extension has one switch at a time; one that hangs in it holds up no switch of another.
 */
public final class Switchboard {

  private static final System.Logger LOG = System.getLogger(Switchboard.class.getName());

  /** Longer than the calls of an event may take together. */
  private static final Duration DRAIN = Duration.ofSeconds(15);

  /** How long filters and guards at work are waited for: longer than their deadlines. */
  private static final Duration DRAIN_BESIDE = Duration.ofSeconds(2);

  /**
   * What it works with.
   *
   * @param config by extension, its settings by key; asked again at each start of an extension
   * @param order the names that come first; the others follow, those that come with the server
   *     before the rest, in the order of their names
   * @param state where bounded maps begin
   * @param limits the operator's word on a map's limits
   * @param switches what was switched by hand
   * @param announcer where it is told
   */
  public record Setup(
      Supplier<Map<String, Map<String, String>>> config,
      List<String> order,
      StateStore state,
      UnaryOperator<RunningExtension.LimitsOf> limits,
      OffSwitches switches,
      Announcer announcer,
      Clock clock) {}

  /** What became of a switch. */
  public sealed interface Switched {
    /**
     * It is as it was asked for.
     *
     * @param kept whether a restart finds it so
     */
    record Done(boolean kept) implements Switched {}

    /** There is no such extension. */
    record Unknown(String reason) implements Switched {}

    /** It is not possible; the reason says what to do. */
    record Refused(String reason) implements Switched {}
  }

  private final Setup setup;
  private final Consumer<LineUp> use;
  private final Supplier<CallObserver> observer;
  private final Retirement retirement;
  private final Comparator<Seat> order;

  /** Who changes a seat has its turn. */
  private final Turns turns = new Turns();

  /**
   * By the name under which a map is stored, the version of its last change in this run. A map that
   * comes again goes on from there: what it held before may be gone, and changes of it still be on
   * their way to the disk.
   */
  private final Map<String, AtomicLong> versions = new ConcurrentHashMap<>();

  // Mutable state, guarded by this, which nobody holds while an extension is called or waited for
  private Map<String, Seat> seats = Map.of();
  private boolean closed;

  Switchboard(
      Setup setup, Consumer<LineUp> use, Supplier<CallObserver> observer, Retirement retirement) {
    this.setup = setup;
    this.use = use;
    this.observer = observer;
    this.retirement = retirement;
    this.order =
        Comparator.<Seat>comparingInt(each -> place(each.name()))
            .thenComparing(each -> !each.origin().isShipped())
            .thenComparing(Seat::name);
  }

  private int place(String name) {
    int listed = setup.order().indexOf(name);
    return listed < 0 ? Integer.MAX_VALUE : listed;
  }

  // ---- When the server starts

  private record Found(Origin origin, Origin.Made made) {}

  /** A step of a switch, which may find that it is not possible. */
  @FunctionalInterface
  private interface Step {
    void take() throws RefusedException;
  }

  /**
   * Starts these, all or none.
   *
   * @throws IllegalArgumentException when one cannot start; the message names it
   */
  void startAll(List<Origin> origins) {
    var found = new TreeMap<String, Found>();
    try {
      for (Origin origin : origins) {
        Origin.Made made = origin.make();
        String name = made.introduction().name();
        if (found.put(name, new Found(origin, made)) != null) {
          throw new RefusedException("Two extensions are named " + name);
        }
      }
      for (Found each : found.values()) {
        add(seatFor(each.origin(), each.made(), new CallRecord()));
      }
    } catch (RefusedException e) {
      close();
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * Checks that all extensions are there for which something is configured.
   *
   * @param someAreRefused whether an extension that is meant may be one that was refused
   * @throws IllegalArgumentException when one is not
   */
  void checkConfigured(boolean someAreRefused) {
    Set<String> names = names();
    setup
        .config()
        .get()
        .forEach(
            (name, settings) -> {
              if (names.contains(name)) {
                return;
              }
              if (OwnSettings.of(name, settings).required()) {
                throw new IllegalArgumentException(
                    "evenkeel.extensions." + name + ".required is true, and it does not run");
              }
              String message =
                  "evenkeel.extensions."
                      + name
                      + " is set, and there is no such extension; there are "
                      + names
                      + hintAtVariables(name, names);
              if (!someAreRefused) {
                throw new IllegalArgumentException(message);
              }
              LOG.log(System.Logger.Level.WARNING, message);
            });
  }

  /** A variable of git-branch that is written as if it had no hyphen is taken for one of git. */
  private static String hintAtVariables(String name, Set<String> names) {
    return names.stream()
        .filter(each -> each.startsWith(name + "-"))
        .findFirst()
        .map(
            each ->
                ". Variables of "
                    + each
                    + " begin with EVENKEEL_EXTENSIONS__"
                    + each.replace('-', '_').toUpperCase(Locale.ROOT)
                    + "__")
        .orElse("");
  }

  // ---- While it runs

  /**
   * Takes an extension in as {@link #exchange(Set, Origin, Origin.Made)}.
   *
   * @return its name
   * @throws RefusedException when it cannot be made or cannot run
   */
  public String exchange(Set<String> replaceable, Origin origin) throws RefusedException {
    return exchange(replaceable, origin, origin.make());
  }

  /**
   * Takes an extension in, or puts it in the place of one of the same name, whose maps it takes
   * over. In the place of one that failed it is started; in the place of one that is switched off
   * it waits to be switched on.
   *
   * @param replaceable the names of those that may be replaced
   * @return its name
   * @throws RefusedException when it cannot run; nothing has changed then, but why one does not run
   *     that had failed before
   */
  String exchange(Set<String> replaceable, Origin origin, Origin.Made made)
      throws RefusedException {
    String name = made.introduction().name();
    Turns.Turn turn;
    try {
      turn = turns.take(name);
    } catch (RefusedException e) {
      made.release().run();
      throw e;
    }
    try (turn) {
      Seat old = seatOf(name);
      if (old == null) {
        add(seatFor(origin, made, new CallRecord()));
      } else if (replaceable.contains(name)) {
        swap(old, origin, made);
      } else {
        made.release().run();
        throw new RefusedException(
            "an extension named "
                + name
                + " is there already, from "
                + old.origin().where()
                + "; remove one of the two, or name one differently");
      }
      tellCome(Objects.requireNonNull(seatOf(name)), old == null ? "loaded" : "replaced");
    }
    return name;
  }

  /** Lets an extension go. What its maps hold stays on disk, for when it comes again. */
  public void remove(String name) {
    try (var _ = turns.take(name)) {
      Seat seat = seatOf(name);
      if (seat == null) {
        return;
      }
      RunningExtension running = seat.running();
      if (running == null) {
        drop(name);
      } else {
        whileEmpty(running, () -> drop(name));
        retire(running);
      }
      tell(name, "removed", data(name).put("from", seat.origin().where()));
    } catch (RefusedException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} is not removed: {1}", name, e.getMessage());
    }
  }

  /** Switches an extension off, now and after a restart. */
  public Switched disable(String name) {
    try (var _ = turns.take(name)) {
      Seat seat = seatOf(name);
      return seat == null ? unknown(name) : disable(seat);
    } catch (RefusedException e) {
      return new Switched.Refused(message(e));
    }
  }

  private Switched disable(Seat seat) throws RefusedException {
    String name = seat.name();
    String reason = "switched off; POST /api/extensions/" + name + "/enable switches it on";
    RunningExtension running = seat.running();
    if (running == null) {
      put(off(seat, seat.origin(), new Off(State.DISABLED, reason, keptOf(seat))));
      return new Switched.Done(setup.switches().set(name, false));
    }
    whileEmpty(
        running,
        () -> {
          var maps = new HashMap<String, MapHandover>();
          running.maps().forEach(each -> maps.put(each.storedName(), each.handOver()));
          put(off(seat, seat.origin(), new Off(State.DISABLED, reason, maps)));
        });
    boolean kept = setup.switches().set(name, false);
    retire(running);
    tell(name, "disabled", data(name).put("outlasts_restart", kept));
    return new Switched.Done(kept);
  }

  /** Switches an extension on: a new life, which begins with the maps of the last one. */
  public Switched enable(String name) {
    try (var _ = turns.take(name)) {
      Seat seat = seatOf(name);
      return seat == null ? unknown(name) : enable(seat);
    } catch (RefusedException e) {
      return new Switched.Refused(message(e));
    }
  }

  private Switched enable(Seat seat) {
    String name = seat.name();
    if (seat.running() != null) {
      return new Switched.Done(setup.switches().set(name, true));
    }
    try {
      OwnSettings settings = settingsOf(name);
      if (Boolean.FALSE.equals(settings.enabled())) {
        return new Switched.Refused(
            "evenkeel.extensions." + name + ".enabled is false; remove that or set it to true");
      }
      Origin.Made made = seat.origin().make();
      Map<String, MapHandover> maps = keptOf(seat);
      RunningExtension fresh = start(seat.origin(), made, seat.calls(), settings, keptFirst(maps));
      orEnd(
          fresh,
          () -> {
            takeOver(fresh, maps);
            put(on(seat, seat.origin(), fresh));
          });
    } catch (RefusedException e) {
      String reason = e.reason("POST /api/extensions/" + name + "/enable again");
      put(off(seat, seat.origin(), new Off(State.FAILED, reason, keptOf(seat))));
      return new Switched.Refused(reason);
    }
    boolean kept = setup.switches().set(name, true);
    tell(name, "enabled", data(name).put("outlasts_restart", kept));
    return new Switched.Done(kept);
  }

  private Switched unknown(String name) {
    return new Switched.Unknown("There is no extension '" + name + "'; there are " + names());
  }

  // ---- The steps

  /** Takes in one that is new. */
  private void add(Seat seat) throws RefusedException {
    RunningExtension fresh = seat.running();
    if (fresh == null) {
      put(seat);
    } else {
      orEnd(fresh, () -> put(seat));
    }
  }

  /** Brings one that has started to its place. When that fails, its life ends. */
  private void orEnd(RunningExtension fresh, Step step) throws RefusedException {
    try {
      step.take();
    } catch (RefusedException e) {
      retirement.retire(fresh);
      throw e;
    } catch (RuntimeException | Error e) {
      retirement.retire(fresh);
      throw new RefusedException(
          "The extension " + fresh.name() + " cannot start: " + Reason.of(e), e);
    }
  }

  /** Takes a step while nobody is inside. When it fails, who waits goes on with this extension. */
  private static void whileEmpty(RunningExtension running, Runnable step) throws RefusedException {
    try {
      drain(running);
      step.run();
    } catch (RuntimeException | Error e) {
      running.gate().open();
      throw new RefusedException(
          "The extension " + running.name() + " cannot be switched and goes on: " + Reason.of(e),
          e);
    }
  }

  private Seat seatFor(Origin origin, Origin.Made made, CallRecord calls) throws RefusedException {
    String name = made.introduction().name();
    OwnSettings settings = settingsFor(made);
    String off = whyOff(made.introduction(), settings, setup.switches().of(name));
    var seat = new Seat(name, origin, calls, setup.clock().instant(), null, null);
    if (off != null) {
      made.release().run();
      return off(seat, origin, new Off(State.DISABLED, off, Map.of()));
    }
    return on(seat, origin, start(origin, made, calls, settings, setup.state()));
  }

  /** The settings of one that was made. When they are wrong, it is given back. */
  private OwnSettings settingsFor(Origin.Made made) throws RefusedException {
    try {
      return settingsOf(made.introduction().name());
    } catch (RefusedException | RuntimeException | Error e) {
      made.release().run();
      throw e;
    }
  }

  private OwnSettings settingsOf(String name) throws RefusedException {
    try {
      return OwnSettings.of(name, setup.config().get().getOrDefault(name, Map.of()));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * @param switched the operator's word by hand, or null
   */
  private static @Nullable String whyOff(
      Introduction introduction, OwnSettings settings, @Nullable Boolean switched) {
    String name = introduction.name();
    String key = "evenkeel.extensions." + name + ".enabled";
    if (Boolean.FALSE.equals(settings.enabled())) {
      return key + " is false";
    }
    if (Boolean.FALSE.equals(switched)) {
      return "switched off; POST /api/extensions/" + name + "/enable switches it on";
    }
    boolean wanted = Boolean.TRUE.equals(settings.enabled()) || Boolean.TRUE.equals(switched);
    return wanted || introduction.enabledByDefault() ? null : "off unless " + key + " is true";
  }

  private RunningExtension start(
      Origin origin, Origin.Made made, CallRecord calls, OwnSettings settings, StateStore state)
      throws RefusedException {
    String name = made.introduction().name();
    var conduct = new Conduct(name, calls, setup.announcer(), observer, setup.clock());
    var offer =
        new RunningExtension.Offer(
            settings.rest(), setup.limits(), this::versionsOf, setup.clock());
    var fresh = new RunningExtension(origin, made, conduct, offer, state);
    try {
      fresh.start();
      return fresh;
    } catch (RefusedException e) {
      retirement.abandon(fresh);
      throw new RefusedException("The extension " + name + " cannot start: " + message(e), e);
    }
  }

  private AtomicLong versionsOf(String map) {
    return versions.computeIfAbsent(map, _ -> new AtomicLong());
  }

  private void swap(Seat seat, Origin origin, Origin.Made made) throws RefusedException {
    RunningExtension old = seat.running();
    if (old == null) {
      startOver(seat, origin, made);
      return;
    }
    OwnSettings settings = settingsFor(made);
    StateStore now =
        map -> {
          StateMap<?, ?> there = old.mapStoredAs(map);
          return there == null ? setup.state().load(map) : there.snapshot();
        };
    RunningExtension fresh = start(origin, made, seat.calls(), settings, now);
    orEnd(
        fresh,
        () ->
            whileEmpty(
                old,
                () -> {
                  takeOver(fresh, handedOver(old, fresh));
                  put(on(seat, origin, fresh));
                }));
    retire(old);
  }

  /** In the place of one that does not run: starts what is not to be off now. */
  private void startOver(Seat seat, Origin origin, Origin.Made made) throws RefusedException {
    boolean failed = seat.off() != null && seat.off().state() == State.FAILED;
    Map<String, MapHandover> maps = keptOf(seat);
    try {
      OwnSettings settings = settingsFor(made);
      // One has failed because it was switched on, which is kept only when it runs.
      Boolean switched = failed ? Boolean.TRUE : setup.switches().of(seat.name());
      String off = whyOff(made.introduction(), settings, switched);
      if (off != null) {
        made.release().run();
        put(off(seat, origin, new Off(State.DISABLED, off, maps)));
        return;
      }
      RunningExtension fresh = start(origin, made, seat.calls(), settings, keptFirst(maps));
      orEnd(
          fresh,
          () -> {
            takeOver(fresh, maps);
            put(on(seat, origin, fresh));
          });
    } catch (RefusedException e) {
      if (failed) {
        String reason = e.reason("copy the jar again");
        put(off(seat, origin, new Off(State.FAILED, reason, maps)));
      }
      throw e;
    }
    if (failed) {
      boolean _ = setup.switches().set(seat.name(), true);
    }
  }

  private static Map<String, MapHandover> handedOver(RunningExtension old, RunningExtension fresh) {
    var maps = new HashMap<String, MapHandover>();
    for (StateMap<?, ?> each : fresh.maps()) {
      StateMap<?, ?> there = old.mapStoredAs(each.storedName());
      if (there != null) {
        maps.put(each.storedName(), there.handOver());
      }
    }
    return maps;
  }

  private static void takeOver(RunningExtension fresh, Map<String, MapHandover> maps) {
    for (StateMap<?, ?> each : fresh.maps()) {
      MapHandover from = maps.get(each.storedName());
      if (from != null) {
        each.takeOver(from);
      }
    }
  }

  private StateStore keptFirst(Map<String, MapHandover> maps) {
    return map -> {
      MapHandover kept = maps.get(map);
      return kept == null ? setup.state().load(map) : kept.changes(map);
    };
  }

  /** Nobody enters, and who is inside has left. */
  private static void drain(RunningExtension running) {
    running.gate().close();
    try {
      if (!running.gate().awaitEmpty(DRAIN.toNanos())) {
        LOG.log(
            System.Logger.Level.WARNING,
            "The extension {0} still has calls after {1} s; the switch does not wait for them.",
            running.name(),
            DRAIN.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** It is in no line-up any more: who waits for it goes to its successor. */
  private void retire(RunningExtension old) {
    old.gate().closeForGood();
    old.sideGate().closeForGood();
    try {
      old.sideGate().awaitEmpty(DRAIN_BESIDE.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    retirement.retire(old);
  }

  private Seat on(Seat seat, Origin origin, RunningExtension running) {
    return new Seat(seat.name(), origin, seat.calls(), setup.clock().instant(), running, null);
  }

  private Seat off(Seat seat, Origin origin, Off off) {
    return new Seat(seat.name(), origin, seat.calls(), setup.clock().instant(), null, off);
  }

  private static Map<String, MapHandover> keptOf(Seat seat) {
    return seat.off() == null ? Map.of() : seat.off().maps();
  }

  /** Whether one of this name runs. */
  boolean runs(String name) {
    Seat seat = seatOf(name);
    return seat != null && seat.running() != null;
  }

  private synchronized @Nullable Seat seatOf(String name) {
    return seats.get(name);
  }

  private synchronized Set<String> names() {
    return new TreeSet<>(seats.keySet());
  }

  private synchronized void put(Seat seat) {
    var next = new HashMap<>(seats);
    next.put(seat.name(), seat);
    publish(next);
  }

  private synchronized void drop(String name) {
    var next = new HashMap<>(seats);
    next.remove(name);
    publish(next);
  }

  /** The line-ups follow each other as the seats do: nobody is forgotten by a switch of another. */
  private synchronized void publish(Map<String, Seat> next) {
    var inOrder = new ArrayList<>(next.values());
    inOrder.sort(order);
    use.accept(new LineUp(inOrder));
    seats = next;
  }

  /** Tells of one that has come, which need not run. */
  private void tellCome(Seat seat, String what) {
    ObjectNode data = data(seat.name()).put("from", seat.origin().where());
    Off off = seat.off();
    if (off == null) {
      tell(seat.name(), what, data.put("state", "running"));
      return;
    }
    tell(seat.name(), what, data.put("state", "disabled").put("reason", off.reason()));
    LOG.log(
        System.Logger.Level.INFO, "The extension {0} does not run: {1}", seat.name(), off.reason());
  }

  private void tell(String name, String what, ObjectNode data) {
    LOG.log(System.Logger.Level.INFO, "The extension {0} is {1}.", name, what);
    retirement.switched(name, what);
    setup.announcer().announce("extension_" + what, data);
  }

  private static ObjectNode data(String name) {
    return JsonNodeFactory.instance.objectNode().put("extension", name);
  }

  private static String message(RefusedException e) {
    return String.valueOf(e.getMessage());
  }

  /** Stops all, the last in order first, after the switches under way. May be called twice. */
  void close() {
    turns.close();
    for (Seat each : toStop()) {
      if (each.running() != null) {
        each.running().stop();
      }
    }
  }

  /** Those to stop, the last in order first; none the second time. */
  private synchronized List<Seat> toStop() {
    if (closed) {
      return List.of();
    }
    closed = true;
    var inOrder = new ArrayList<>(seats.values());
    inOrder.sort(order.reversed());
    return inOrder;
  }
}
