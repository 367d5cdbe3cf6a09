package dev.evenkeel.server.handler;

import dev.evenkeel.extension.Session;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.Permit;
import dev.evenkeel.server.extension.Registration;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.log.AcceptedEvent;
import dev.evenkeel.server.log.EventLog;
import dev.evenkeel.server.log.Publication;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Follows the accepted events for the life of the server: takes each to the lane of its session,
 * runs the extensions on it, and publishes what came of it.
 */
public final class Handler implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Handler.class.getName());
  private static final Duration WATCH_INTERVAL = Duration.ofMillis(20);
  private static final Duration CLEANUP_INTERVAL = Duration.ofSeconds(1);
  private static final Duration DRAIN = Duration.ofSeconds(5);

  private final HandlerConfig config;
  private final EventLog log;
  private final Extensions extensions;
  private final Clock clock;
  private final Duration cleanupInterval;
  private final Window window;
  private final CallWatch watch = new CallWatch();
  private final Workers workers = new Workers();
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("handler-watch").daemon().factory());
  private final Processing.Work work;
  private final Processing.Work quietWork;
  private final PeriodicTasks tasks;
  private final Thread dispatcher =
      Thread.ofPlatform().name("handler-dispatcher").unstarted(this::dispatch);

  // Mutable state, lock-free
  private final Map<Session, Lane> lanes = new ConcurrentHashMap<>();
  private final AtomicLong handled = new AtomicLong();
  private final AtomicBoolean cleaning = new AtomicBoolean();

  /** Bounded by the window: each is an event at work. */
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

  private volatile boolean closed;

  /** An event that waits for an extension to be exchanged or to become less busy. */
  private record Waiting(Processing processing, Runnable goOn) {}

  /** A handler that is still to be started. */
  public Handler(HandlerConfig config, EventLog log, Extensions extensions, Clock clock) {
    this(config, log, extensions, clock, CLEANUP_INTERVAL);
  }

  Handler(
      HandlerConfig config,
      EventLog log,
      Extensions extensions,
      Clock clock,
      Duration cleanupInterval) {
    this.config = config;
    this.log = log;
    this.extensions = extensions;
    this.clock = clock;
    this.cleanupInterval = cleanupInterval;
    this.window = new Window(config.window(), config.windowBytes());
    this.work =
        new Processing.Work(extensions, watch, config.deadline(), this::evictionsAfterEvent);
    this.quietWork =
        new Processing.Work(extensions, watch, config.deadline(), extensions::takeEvictions);
    timer.setRemoveOnCancelPolicy(true);
    this.tasks = new PeriodicTasks(extensions, timer, workers, this::run);
  }

  /** Begins with the first event that is not published yet. */
  public void start() {
    if (config.debug()) {
      LOG.log(System.Logger.Level.INFO, "The handler starts; it is the one for all events.");
    }
    dispatcher.start();
    repeat(WATCH_INTERVAL, this::look);
    repeat(cleanupInterval, this::beginCleanUp);
    tasks.follow();
    extensions.onRetired(workers::renew);
  }

  private void repeat(Duration interval, Runnable work) {
    var _ =
        timer.scheduleWithFixedDelay(
            work, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      List<Thread> late = watch.look(window.isFull());
      resume();
      tasks.follow();
      workers.adapt(handled.get(), late);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "The watch over calls failed", e);
    }
  }

  private void dispatch() {
    try {
      while (true) {
        AcceptedEvent event = log.take();
        if (event == null) {
          return;
        }
        window.enter(event.bytes());
        offer(event);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void offer(AcceptedEvent event) {
    Session session = event.event().session();
    while (true) {
      Lane lane = lanes.computeIfAbsent(session, each -> new Lane());
      switch (lane.offer(event)) {
        case START -> {
          workers.execute(() -> work(session, lane));
          return;
        }
        case WAITS -> {
          return;
        }
        case RETIRED -> lanes.remove(session, lane);
      }
    }
  }

  /** Works off a lane, until it is empty or the event at work has left this thread. */
  private void work(Session session, Lane lane) {
    for (AcceptedEvent event = lane.next(); event != null; event = lane.next()) {
      awaitWriter();
      if (!handle(session, lane, event, new Processing(work, event))) {
        return;
      }
    }
    lanes.remove(session, lane);
  }

  /** What extensions add is held until it is written: a writer that is behind gets no more. */
  private void awaitWriter() {
    try {
      window.awaitWriter();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean handle(Session session, Lane lane, AcceptedEvent event, Processing processing) {
    Runnable goOn =
        () ->
            workers.execute(
                () -> {
                  if (handle(session, lane, event, processing)) {
                    work(session, lane);
                  }
                });
    switch (progress(processing, goOn)) {
      case HANDED_OVER -> {
        return false;
      }
      case WAITS -> {
        waiting.add(new Waiting(processing, goOn));
        return false;
      }
      case DONE -> {}
    }
    publish(event, processing);
    return true;
  }

  /** No mistake of ours holds up a lane: the event goes on with what was added until then. */
  private static Processing.Progress progress(Processing processing, Runnable goOn) {
    try {
      return processing.run(goOn);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "An event cannot be processed to its end", e);
      processing.giveUp();
      return Processing.Progress.DONE;
    }
  }

  private List<Extensions.Evictions> evictionsAfterEvent() {
    long count = handled.incrementAndGet();
    if (count % config.cleanupIntervalEvents() == 0) {
      extensions.cleanUp();
      if (config.debug()) {
        LOG.log(System.Logger.Level.INFO, "performed cleanup after {0} events", count);
      }
    }
    return extensions.takeEvictions();
  }

  private void publish(AcceptedEvent event, Processing processing) {
    Publication publication;
    try {
      publication = processing.publication(clock.instant());
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "What came of an event cannot be written", e);
      publication = Publication.of(event, Map.of(), null, List.of(), List.of());
    }
    long bytes = publication.bytes();
    window.handOver(bytes);
    log.publish(publication, () -> window.leave(event.bytes(), bytes));
  }

  /** One waits at most. */
  private void beginCleanUp() {
    if (cleaning.compareAndSet(false, true)) {
      workers.execute(
          () -> {
            cleaning.set(false);
            if (!window.isWriterBehind()) {
              cleanUp();
            }
          });
    }
  }

  /** Looks through the bounded maps, and publishes what comes of it. */
  public void cleanUp() {
    extensions.cleanUp();
    publishIfAny(new Processing(quietWork, null));
  }

  /** Goes on where a call is late. */
  private void publishIfAny(Processing processing) {
    Runnable goOn = () -> workers.execute(() -> publishIfAny(processing));
    if (progress(processing, goOn) != Processing.Progress.DONE || processing.isEmpty()) {
      return;
    }
    Publication publication;
    try {
      publication = processing.publication(clock.instant());
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "What came of no event cannot be written", e);
      return;
    }
    long bytes = publication.bytes();
    window.handOver(bytes);
    log.publish(publication, () -> window.written(bytes));
  }

  private void run(Registration.Task task) {
    RunningExtension extension = task.extension();
    if (window.isWriterBehind()) {
      extension.leave(); // the next one comes; it is not the extension that is late
      return;
    }
    Permit permit = extension.admit();
    if (permit == null) {
      extension.passedOver();
      extension.leave();
      return;
    }
    var processing = new Processing(quietWork, null);
    long deadline = System.nanoTime() + config.deadline().toNanos();
    var call = new Call(extension, permit, "a periodic task", null, deadline, extension::leave);
    if (processing.run(call, () -> task.task().run(call.emission))) {
      extension.leave();
      publishIfAny(processing);
    }
  }

  /** Lets those go on that waited for an extension. */
  private void resume() {
    for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
      Waiting each = all.next();
      if (each.processing().mayGoOn()) {
        all.remove();
        each.goOn().run();
      }
    }
  }

  /** Whether it follows the log. */
  public boolean isAlive() {
    return dispatcher.isAlive();
  }

  /** How many sessions have events at work. */
  public int activeLanes() {
    return lanes.size();
  }

  /** How many threads run extensions. */
  public int workers() {
    return workers.size();
  }

  /**
   * What is between the log and publication, what of it waits to be written, the sessions that it
   * belongs to, and those events of it that wait for an extension.
   */
  public List<QueueState> queues() {
    // A lane whose last event is published is there until its worker has seen that it is empty
    int mostLanes = config.window() + Workers.MAX_THREADS;
    var queues = new ArrayList<>(window.states());
    queues.add(new QueueState("handler-lanes", lanes.size(), mostLanes, -1, -1));
    queues.add(new QueueState("handler-waiting", waiting.size(), config.window(), -1, -1));
    return queues;
  }

  /** Ends after the events at work are published, or after five seconds. The log must be open. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    timer.shutdownNow();
    dispatcher.interrupt();
    try {
      dispatcher.join(DRAIN);
      if (!window.awaitEmpty(DRAIN.toNanos())) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} events were still at work; they are processed after the next start.",
            window.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    workers.close();
  }
}
