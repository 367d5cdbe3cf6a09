package dev.evenkeel.server.intake;

import dev.evenkeel.server.budget.MemoryBudget;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads one request's body on its event loop, into memory that was reserved before. When there is
 * none, the sender waits for a moment; then the body is passed over.
 */
final class BodyReader {

  /** How long a body may take to arrive. */
  static final Duration DEADLINE = Duration.ofSeconds(15);

  /** How long a sender waits for memory before its event is shed. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final long RETRY_MILLIS = 10;
  private static final int FIRST_PIECE = 8 << 10;

  /** What was read. Whoever gets a {@link Complete} gives its bytes back to the budget. */
  sealed interface Body {
    /** All of it; the reserved bytes are to be released. */
    record Complete(byte[] bytes, long reserved) implements Body {}

    /** More than is taken. */
    record TooLarge() implements Body {}

    /** No memory for it. */
    record NoRoom() implements Body {}

    /** It did not arrive in time, or the sender went away. */
    record Incomplete(String error) implements Body {}
  }

  private final MemoryBudget budget;
  private final HttpServerRequest request;
  private final Context context;
  private final CompletableFuture<Body> result = new CompletableFuture<>();

  // Mutable state, owned by the event loop
  private byte[] bytes = new byte[0];
  private int length;
  private long reserved;
  private boolean draining;
  private @Nullable Body passedOver;
  private long timer = -1;

  private BodyReader(MemoryBudget budget, HttpServerRequest request, Context context) {
    this.budget = budget;
    this.request = request;
    this.context = context;
  }

  /** Starts to read. To be called on the request's event loop, before anybody else reads. */
  static CompletableFuture<Body> read(HttpServerRequest request, MemoryBudget budget) {
    var reader = new BodyReader(budget, request, Vertx.currentContext());
    reader.start();
    return reader.result;
  }

  private void start() {
    request.handler(this::take);
    request.endHandler(end -> end());
    request.exceptionHandler(
        failure -> fail(new Body.Incomplete("the connection broke: " + failure.getMessage())));
    long expected = expectedLength();
    if (expected > Intake.MAX_BYTES) {
      passOver(new Body.TooLarge());
      request.resume();
    } else {
      reserve((int) Math.max(expected, FIRST_PIECE), System.nanoTime() + PATIENCE.toNanos());
    }
    if (result.isDone()) {
      return;
    }
    timer =
        context
            .owner()
            .setTimer(
                DEADLINE.toMillis(),
                fired ->
                    fail(
                        new Body.Incomplete(
                            "the body did not arrive within " + DEADLINE.toSeconds() + " s")));
  }

  private long expectedLength() {
    String text = request.getHeader("Content-Length");
    try {
      return text == null ? -1 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Makes room for so many bytes in all, now or in a moment, and lets the sender go on. */
  private void reserve(int capacity, long patienceEnds) {
    if (result.isDone()) {
      return;
    }
    if (budget.reserve(capacity - reserved)) {
      reserved = capacity;
      bytes = Arrays.copyOf(bytes, capacity);
      request.resume();
    } else if (System.nanoTime() - patienceEnds >= 0) {
      passOver(new Body.NoRoom());
      request.resume();
    } else {
      request.pause();
      context.owner().setTimer(RETRY_MILLIS, fired -> reserve(capacity, patienceEnds));
    }
  }

  private void take(Buffer piece) {
    if (draining || result.isDone()) {
      return;
    }
    long needed = (long) length + piece.length();
    if (needed > Intake.MAX_BYTES) {
      passOver(new Body.TooLarge());
    } else if (needed <= bytes.length) {
      piece.getBytes(0, piece.length(), bytes, length);
      length += piece.length();
    } else {
      int doubled = (int) Math.min(Intake.MAX_BYTES, Math.max(needed, 2L * bytes.length));
      if (budget.reserve(doubled - reserved)) {
        reserved = doubled;
        bytes = Arrays.copyOf(bytes, doubled);
        take(piece);
      } else {
        passOver(new Body.NoRoom());
      }
    }
  }

  /** Reads the rest without keeping it, so that the sender reads the answer. */
  private void passOver(Body why) {
    draining = true;
    passedOver = why;
    giveBack();
  }

  private void end() {
    if (passedOver != null) {
      finish(passedOver);
    } else {
      byte[] whole = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
      long toRelease = reserved;
      reserved = 0;
      if (!finish(new Body.Complete(whole, toRelease))) {
        budget.release(toRelease);
      }
    }
  }

  private void fail(Body why) {
    giveBack();
    finish(passedOver == null ? why : passedOver);
  }

  private void giveBack() {
    budget.release(reserved);
    reserved = 0;
    bytes = new byte[0];
  }

  private boolean finish(Body body) {
    if (timer >= 0) {
      context.owner().cancelTimer(timer);
    }
    return result.complete(body);
  }
}
