package dev.evenkeel.server.extension;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stops extensions that are no longer in use, lets go of all that would keep their classes, and
 * tells what they leave behind.
 */
final class Retirement {

  private static final System.Logger LOG = System.getLogger(Retirement.class.getName());

  /** A thread that was told to stop has so long to end before it counts as left behind. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final Announcer announcer;
  private final LeftBehind leftBehind;
  private final SwitchHistory history;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  Retirement(Announcer announcer, Clock clock) {
    this.announcer = announcer;
    this.leftBehind = new LeftBehind(clock);
    this.history = new SwitchHistory(clock);
  }

  /** Whoever keeps threads that have called extensions renews them when this is run. */
  void onRetired(Runnable renewThreads) {
    listeners.add(renewThreads);
  }

  void retire(RunningExtension old) {
    old.stop();
    lookAfter(old);
  }

  /** One that did not get through its start is not stopped, only let go. */
  void abandon(RunningExtension failed) {
    failed.release();
    lookAfter(failed);
  }

  private void lookAfter(RunningExtension old) {
    listeners.forEach(Runnable::run);
    awaitThreads(old.loader());
    List<String> threads = leftBehind.add(old);
    if (threads.isEmpty()) {
      return;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "The extension {0} is stopped, and {1} of its threads go on: {2}. What they hold stays in"
            + " memory until they end, or the server does.",
        old.name(),
        threads.size(),
        threads);
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("extension", old.name());
    ArrayNode names = data.putArray("threads");
    threads.forEach(names::add);
    announcer.announce("extension_left_threads", data);
  }

  private static void awaitThreads(ClassLoader loader) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!LeftBehind.threadsOf(loader).isEmpty() && System.nanoTime() - end < 0) {
        Thread.sleep(Duration.ofMillis(10));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void switched(String extension, String what) {
    history.add(extension, what);
  }

  LeftBehind leftBehind() {
    return leftBehind;
  }

  SwitchHistory history() {
    return history;
  }
}
