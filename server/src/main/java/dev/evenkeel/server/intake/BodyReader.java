package dev.evenkeel.server.intake;

import dev.evenkeel.server.budget.MemoryBudget;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
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

  /** So much is reserved on the sender's word; for more, the bytes have to come. */
  private static final int BELIEVED = 256 << 10;

  /** What was read. Whoever gets a {@link Complete} gives its bytes back to the budget. */
  sealed interface Body {
    /** Whether the sender has sent all of it. */
    boolean hasEnded();

    /** All of it; the reserved bytes are to be released. */
    record Complete(byte[] bytes, long reserved) implements Body {
      @Override
      public boolean hasEnded() {
        return true;
      }
    }

    /** More than is taken. */
    record TooLarge(boolean hasEnded) implements Body {}

    /** No memory for it. */
    record NoRoom(boolean hasEnded) implements Body {}

    /** It did not arrive in time, or the sender went away. */
    record Incomplete(String error) implements Body {
      @Override
      public boolean hasEnded() {
        return false;
      }
    }
  }

  /** Why a body is passed over; what is told of it depends on whether it came to its end. */
  @FunctionalInterface
  private interface PassedOver {
    Body when(boolean hasEnded);
  }

  private final HttpServerRequest request;
  private final Context context;
  private final CompletableFuture<Body> result = new CompletableFuture<>();

  // Mutable state, owned by the event loop
  private final ReservedBytes kept;
  private @Nullable PassedOver passedOver;
  private long timer = -1;

  private BodyReader(MemoryBudget budget, HttpServerRequest request, Context context) {
    this.kept = new ReservedBytes(budget);
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
      passOver(Body.TooLarge::new);
    } else {
      makeRoom(Math.clamp(expected, 0, BELIEVED), Buffer.buffer(), patienceEnds());
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

  private static long patienceEnds() {
    return System.nanoTime() + PATIENCE.toNanos();
  }

  /** Makes room for so many bytes in all, now or in a moment, adds the piece, and goes on. */
  private void makeRoom(int needed, Buffer piece, long patienceEnds) {
    if (result.isDone()) {
      return;
    }
    if (kept.makeRoom(needed, Math.max(needed, expectedMost()))) {
      kept.append(piece, 0, piece.length());
      request.resume();
    } else if (System.nanoTime() - patienceEnds >= 0) {
      passOver(Body.NoRoom::new);
    } else {
      request.pause();
      context.owner().setTimer(RETRY_MILLIS, fired -> makeRoom(needed, piece, patienceEnds));
    }
  }

  private long expectedMost() {
    long expected = expectedLength();
    return expected < 0 ? Intake.MAX_BYTES : expected;
  }

  private void take(Buffer piece) {
    if (passedOver != null || result.isDone()) {
      return;
    }
    long needed = (long) kept.length() + piece.length();
    if (needed > Intake.MAX_BYTES) {
      passOver(Body.TooLarge::new);
    } else {
      makeRoom((int) needed, piece, patienceEnds());
    }
  }

  /** Reads the rest without keeping it, so that the sender reads the answer. */
  private void passOver(PassedOver why) {
    passedOver = why;
    kept.giveBack();
    request.resume();
  }

  private void end() {
    if (result.isDone()) {
      return;
    }
    if (passedOver != null) {
      finish(passedOver.when(true));
    } else {
      ReservedBytes.Whole whole = kept.take();
      finish(new Body.Complete(whole.bytes(), whole.reserved()));
    }
  }

  private void fail(Body why) {
    kept.giveBack();
    finish(passedOver == null ? why : passedOver.when(false));
  }

  private void finish(Body body) {
    if (timer >= 0) {
      context.owner().cancelTimer(timer);
    }
    result.complete(body);
  }
}
