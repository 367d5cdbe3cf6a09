package dev.evenkeel.server.extension;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EventFilter;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.PeriodicTask;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** An extension with what it registered, what it keeps, and how its calls went. */
public final class RunningExtension {

  private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
  private static final String ALL = "*";
  private static final String SHIPPED_PACKAGE = "dev.evenkeel.extensions.";

  /** How an extension is, as {@code /api/status} tells it. */
  public enum State {
    /** Its calls return in time. */
    RUNNING,
    /** A call was late and has not returned yet: the extension is passed over until it does. */
    STUCK
  }

  private final Extension extension;
  private final String name;
  private final List<Registration.Filter> filters = new ArrayList<>();
  private final List<Registration.Guard> guards = new ArrayList<>();
  private final List<Registration.Processor> processors = new ArrayList<>();
  private final List<Registration.Task> tasks = new ArrayList<>();
  private final List<StateMap<?, ?>> maps = new ArrayList<>();
  private final LongAdder calls = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder passedOver = new LongAdder();
  private final AtomicInteger lateCalls = new AtomicInteger();

  RunningExtension(Extension extension) {
    this.extension = extension;
    this.name = extension.name();
    if (name == null || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          extension.getClass().getName()
              + " calls itself '"
              + name
              + "'; a name is lower case letters, digits and single hyphens");
    }
  }

  /** What the server gives to an extension that starts. */
  record Offer(
      Map<String, String> config, StateStore state, UnaryOperator<LimitsOf> limits, Clock clock) {}

  /** A map's limits on their way through the operator's configuration. */
  public record LimitsOf(String extension, String map, Limits limits) {}

  void start(Offer offer) throws Exception {
    var context = new Context(offer);
    extension.start(context);
    context.close();
    maps.forEach(StateMap::started);
  }

  void stop() {
    try {
      extension.stop();
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      System.getLogger(RunningExtension.class.getName())
          .log(System.Logger.Level.WARNING, "The extension " + name + " failed to stop", e);
    }
  }

  /** Its name in configuration and status. */
  public String name() {
    return name;
  }

  /** Whether it is one of those that come with the server. */
  public boolean isShipped() {
    return extension.getClass().getName().startsWith(SHIPPED_PACKAGE);
  }

  boolean isEnabledByDefault() {
    return extension.enabledByDefault();
  }

  /** How it is. */
  public State state() {
    return lateCalls.get() > 0 ? State.STUCK : State.RUNNING;
  }

  /** A call begins. */
  public void called() {
    calls.increment();
  }

  /** A call threw or was late. */
  public void failed() {
    failures.increment();
  }

  /** An event went by because an earlier call is stuck. */
  public void passedOver() {
    passedOver.increment();
  }

  /** A call is late and still runs. */
  public void callIsLate() {
    lateCalls.incrementAndGet();
  }

  /** A late call has returned. */
  public void lateCallReturned() {
    lateCalls.decrementAndGet();
  }

  /** Calls since the start. */
  public long calls() {
    return calls.sum();
  }

  /** Calls that threw or were late, since the start. */
  public long failures() {
    return failures.sum();
  }

  /** Events that went by because an earlier call was stuck. */
  public long eventsPassedOver() {
    return passedOver.sum();
  }

  List<Registration.Filter> filters() {
    return filters;
  }

  List<Registration.Guard> guards() {
    return guards;
  }

  List<Registration.Processor> processors() {
    return processors;
  }

  List<Registration.Task> tasks() {
    return tasks;
  }

  List<StateMap<?, ?>> maps() {
    return maps;
  }

  private final class Context implements ExtensionContext {
    private final Offer offer;
    private boolean closed;
    private boolean configRead;

    Context(Offer offer) {
      this.offer = offer;
    }

    void close() {
      closed = true;
      if (!configRead && !offer.config().isEmpty()) {
        throw new IllegalArgumentException(
            "evenkeel.extensions."
                + name
                + "."
                + offer.config().keySet().iterator().next()
                + " is set, and "
                + name
                + " has no settings");
      }
    }

    private void checkOpen() {
      if (closed) {
        throw new IllegalStateException("the extension " + name + " has started already");
      }
    }

    @Override
    public <C extends Record> C config(Class<C> type) {
      configRead = true;
      return ConfigRecords.read(type, name, offer.config());
    }

    @Override
    public void filter(EventFilter filter) {
      checkOpen();
      filters.add(new Registration.Filter(RunningExtension.this, filter));
    }

    @Override
    public void guard(String event, HookGuard guard, FailureMode mode) {
      checkOpen();
      guards.add(new Registration.Guard(RunningExtension.this, event, guard, mode));
    }

    @Override
    public void process(String event, EventProcessor processor) {
      checkOpen();
      add(event.equals(ALL) ? any -> true : each -> each.name().equals(event), processor);
    }

    @Override
    public void process(EventKind kind, EventProcessor processor) {
      checkOpen();
      add(each -> each.kind() == kind, processor);
    }

    private void add(Predicate<HookEvent> wants, EventProcessor processor) {
      processors.add(new Registration.Processor(RunningExtension.this, wants, processor));
    }

    @Override
    public <K, V> BoundedMap<K, V> boundedMap(
        String map, Class<K> key, Class<V> value, Limits defaults) {
      checkOpen();
      if (maps.stream().anyMatch(each -> each.storedName().equals(name + '/' + map))) {
        throw new IllegalArgumentException(name + " has a map '" + map + "' already");
      }
      Limits limits = offer.limits().apply(new LimitsOf(name, map, defaults)).limits();
      var bounded = new StateMap<>(name, map, key, value, limits, offer.clock());
      bounded.load(offer.state().load(bounded.storedName()));
      maps.add(bounded);
      return bounded;
    }

    @Override
    public void every(Duration period, PeriodicTask task) {
      checkOpen();
      tasks.add(new Registration.Task(RunningExtension.this, period, task));
    }

    @Override
    public Clock clock() {
      return offer.clock();
    }
  }
}
