package dev.evenkeel.server.intake;

import dev.evenkeel.server.log.EventLog;
import dev.evenkeel.server.log.PublishedEvents;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Takes answers back to the event loops of their requests. Waking a loop is a call of the system,
 * and the dearest part of an answer; so the answers to a group of events that the log wrote at once
 * wake each loop once.
 */
@Singleton
final class Replies {

  private final EventLog log;
  private final PublishedEvents.Subscription subscription;

  // Mutable state, lock-free; as many as the server has event loops
  private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();

  @Inject
  Replies(EventLog log) {
    this.log = log;
    this.subscription = log.onAnswered(() -> loops.values().forEach(Loop::wake));
  }

  /** Completes as the answer does, on the event loop that this is called on. */
  <T> CompletableFuture<T> here(CompletableFuture<T> answer) {
    if (answer.isDone()) {
      return answer;
    }
    EventLoop here = ((ContextInternal) Vertx.currentContext()).nettyEventLoop();
    Loop loop = loops.computeIfAbsent(here, Loop::new);
    var reply = new CompletableFuture<T>();
    var _ =
        answer.whenComplete(
            (value, failure) -> {
              if (here.inEventLoop()) {
                complete(reply, value, failure);
                return;
              }
              loop.waiting.add(() -> complete(reply, value, failure));
              if (!log.isAnswering()) {
                loop.wake();
              }
            });
    return reply;
  }

  private static <T> void complete(
      CompletableFuture<T> reply, @Nullable T value, @Nullable Throwable failure) {
    if (failure == null) {
      reply.complete(value);
    } else {
      reply.completeExceptionally(failure);
    }
  }

  @PreDestroy
  void close() {
    subscription.close();
  }

  /** Answers that wait for their event loop; bounded by the requests that are being served. */
  private static final class Loop implements Runnable {
    private final EventLoop loop;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();

    Loop(EventLoop loop) {
      this.loop = loop;
    }

    void wake() {
      if (!waiting.isEmpty() && woken.compareAndSet(false, true)) {
        loop.execute(this);
      }
    }

    @Override
    public void run() {
      woken.set(false);
      for (Runnable reply = waiting.poll(); reply != null; reply = waiting.poll()) {
        reply.run();
      }
    }
  }
}
