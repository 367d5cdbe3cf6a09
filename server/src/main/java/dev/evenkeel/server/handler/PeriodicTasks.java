package dev.evenkeel.server.handler;

import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.Registration;
import dev.evenkeel.server.extension.RunningExtension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs the periodic tasks of those extensions that are in use. */
final class PeriodicTasks {

  /** How soon a task tries again whose extension is just being exchanged. */
  private static final Duration SOON = Duration.ofMillis(50);

  private final Extensions extensions;
  private final ScheduledExecutorService timer;
  private final Workers workers;
  private final Consumer<Registration.Task> run;

  // Mutable state: the next run of each task. Any thread.
  private final Map<Registration.Task, Future<?>> scheduled = new ConcurrentHashMap<>();

  // Mutable state, owned by the timer's thread
  private List<RunningExtension> followed = List.of();

  /**
   * @param run runs a task, whose extension has been entered, and leaves it
   */
  PeriodicTasks(
      Extensions extensions,
      ScheduledExecutorService timer,
      Workers workers,
      Consumer<Registration.Task> run) {
    this.extensions = extensions;
    this.timer = timer;
    this.workers = workers;
    this.run = run;
  }

  /** Takes up tasks of extensions that came, and forgets those of extensions that went. */
  void follow() {
    List<RunningExtension> now = extensions.running();
    if (now.equals(followed)) {
      return;
    }
    List<Registration.Task> before =
        followed.stream().flatMap(each -> each.tasks().stream()).toList();
    followed = now;
    List<Registration.Task> wanted = now.stream().flatMap(each -> each.tasks().stream()).toList();
    before.stream().filter(each -> !wanted.contains(each)).forEach(this::forget);
    wanted.stream().filter(each -> !before.contains(each)).forEach(this::scheduleFirst);
  }

  private void scheduleFirst(Registration.Task task) {
    schedule(task, task.period());
  }

  private void forget(Registration.Task task) {
    Future<?> next = scheduled.remove(task);
    if (next != null) {
      next.cancel(false);
    }
  }

  private void schedule(Registration.Task task, Duration delay) {
    try {
      scheduled.put(
          task,
          timer.schedule(
              () -> workers.execute(() -> runOnce(task)),
              Math.max(1, delay.toMillis()),
              TimeUnit.MILLISECONDS));
    } catch (RejectedExecutionException e) {
      scheduled.remove(task); // the server ends
    }
  }

  private void runOnce(Registration.Task task) {
    switch (task.extension().enter()) {
      case ENTERED -> {
        run.accept(task);
        if (task.extension().isInUse()) {
          schedule(task, task.period());
        } else {
          scheduled.remove(task);
        }
      }
      case CLOSED -> schedule(task, SOON);
      case GONE -> scheduled.remove(task);
    }
  }
}
