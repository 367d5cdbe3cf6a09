package dev.evenkeel.extension.testkit;

import dev.evenkeel.extension.testkit.WatchedExtension.Call;
import dev.evenkeel.extension.testkit.WatchedExtension.Kind;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Makes calls on a thread of their own and says which of them were late. */
final class CallLine {

  private static final long MILLIS_A_LOOK = 20;
  private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

  private final WatchedExtension extension;
  private final Function<Kind, Duration> deadlines;

  CallLine(WatchedExtension extension, Function<Kind, Duration> deadlines) {
    this.extension = extension;
    this.deadlines = deadlines;
  }

  /** The late call in this piece of work in words, or an empty text. */
  String lateIn(Runnable work) {
    var task = new FutureTask<Object>(work, null);
    Thread thread = Thread.ofPlatform().daemon().name("extension-contract").start(task);
    while (true) {
      try {
        Object _ = task.get(MILLIS_A_LOOK, TimeUnit.MILLISECONDS);
        return lateOf();
      } catch (TimeoutException e) {
        Call running = extension.running();
        if (running != null && isLate(running.kind(), running.durationSoFar())) {
          return interrupt(thread, running);
        }
      } catch (ExecutionException e) {
        throw new AssertionError(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  private String lateOf() {
    return extension.takeCalls().stream()
        .filter(each -> isLate(each.kind(), each.duration()))
        .map(each -> inWords(each, each.duration()))
        .findFirst()
        .orElse("");
  }

  private boolean isLate(Kind kind, Duration duration) {
    return duration.compareTo(deadlines.apply(kind)) > 0;
  }

  private String interrupt(Thread thread, Call running) {
    thread.interrupt();
    boolean ended;
    try {
      ended = thread.join(AFTER_INTERRUPT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended = false;
    }
    String words = inWords(running, running.durationSoFar());
    if (!ended) {
      throw new AssertionError(words + " and does not react to being interrupted");
    }
    return words;
  }

  private String inWords(Call call, Duration took) {
    return "the %s took %d ms on %s; the server gives it %d ms"
        .formatted(
            call.kind().name().toLowerCase(java.util.Locale.ROOT),
            took.toMillis(),
            call.on(),
            deadlines.apply(call.kind()).toMillis());
  }
}
