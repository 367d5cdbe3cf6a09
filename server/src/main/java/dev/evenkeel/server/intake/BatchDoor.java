package dev.evenkeel.server.intake;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.log.EventLog;
import dev.evenkeel.server.log.EventLog.Appended;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads many events, one a line, as they arrive: however long a batch is, only a few megabytes of
 * it are in memory. The sender waits while they are taken.
 */
public final class BatchDoor {

  private static final int MAX_LINES_AT_WORK = 256;
  private static final long MAX_BYTES_AT_WORK = 4 << 20;
  private static final int MAX_REPORTED = 1000;
  private static final int UNAVAILABLE = 503;
  private static final String RETRY_SECONDS = "5";

  /** How long a batch may stand still before it is given up. */
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Intake intake;
  private final EventLog log;
  private final MemoryBudget budget;

  /** A door that is ready. */
  public BatchDoor(Intake intake, EventLog log, MemoryBudget budget) {
    this.intake = intake;
    this.log = log;
    this.budget = budget;
  }

  /** Starts to read. To be called on the request's event loop. */
  CompletableFuture<Response> read(Intake.Format format, HttpServerRequest request) {
    String busy = busy();
    var batch = new Batch(format, request, Vertx.currentContext());
    if (busy != null) {
      batch.stop(busy);
    }
    batch.start();
    return batch.answer;
  }

  private @Nullable String busy() {
    if (!log.isWritable()) {
      return "the log cannot be written";
    }
    return budget.isTight() ? "memory is short" : null;
  }

  /** One batch. */
  private final class Batch {
    private final Intake.Format format;
    private final HttpServerRequest request;
    private final Context context;
    private final CompletableFuture<Response> answer = new CompletableFuture<>();

    // Mutable state, owned by the event loop
    private final ReservedBytes rest = new ReservedBytes(budget);
    private Buffer piece = Buffer.buffer();
    private int position;
    private boolean paused;
    private boolean skipping;
    private int lines;
    private CompletableFuture<?> before = CompletableFuture.completedFuture(null);
    private int linesAtWork;
    private long bytesAtWork;
    private int accepted;
    private int rejected;
    private final ArrayNode reported = JsonNodeFactory.instance.arrayNode();
    private @Nullable String stopped;
    private boolean ended;
    private long timer = -1;

    Batch(Intake.Format format, HttpServerRequest request, Context context) {
      this.format = format;
      this.request = request;
      this.context = context;
    }

    void start() {
      request.handler(this::take);
      request.endHandler(end -> end());
      request.exceptionHandler(
          failure -> {
            stop("the connection broke");
            ended = true;
            answerIfDone();
          });
      watch();
      request.resume();
    }

    /** The deadline is for standing still, so it begins anew with each piece. */
    private void watch() {
      if (timer >= 0) {
        context.owner().cancelTimer(timer);
      }
      timer =
          context
              .owner()
              .setTimer(
                  DEADLINE.toMillis(),
                  fired -> {
                    if (linesAtWork > 0) {
                      watch();
                    } else if (!ended) {
                      stop("nothing came for " + DEADLINE.toSeconds() + " s");
                      ended = true;
                      answerIfDone();
                    }
                  });
    }

    /** From here on, nothing is taken any more; what is at work is still counted. */
    void stop(String why) {
      if (stopped == null) {
        stopped = why;
      }
      rest.giveBack();
    }

    private void take(Buffer arrived) {
      if (answer.isDone()) {
        return;
      }
      watch();
      piece = arrived;
      position = 0;
      goOn();
    }

    /**
     * Works off the piece that arrived, as far as there is not too much at work already. Behind a
     * line that is read or filtered on a pool the next ones wait, so that none overtakes it.
     */
    private void goOn() {
      while (stopped == null && position < piece.length()) {
        if (isFull() || !before.isDone()) {
          paused = true;
          request.pause();
          return;
        }
        int end = position;
        while (end < piece.length() && piece.getByte(end) != '\n') {
          end++;
        }
        append(position, end);
        position = end + 1;
        if (end < piece.length()) {
          endLine();
        }
      }
      piece = Buffer.buffer();
      position = 0;
      if (paused) {
        paused = false;
        request.resume();
      }
    }

    private void append(int from, int to) {
      if (skipping || from == to) {
        return;
      }
      long needed = (long) rest.length() + to - from;
      if (needed > Intake.MAX_BYTES) {
        skipping = true;
        rest.giveBack();
      } else if (rest.makeRoom((int) needed, Intake.MAX_BYTES)) {
        rest.append(piece, from, to);
      } else {
        stop("memory is short");
      }
    }

    private void endLine() {
      if (stopped != null) {
        return;
      }
      lines++;
      if (skipping) {
        skipping = false;
        intake.reject("too large");
        report(lines, "larger than " + (Intake.MAX_BYTES >> 20) + " MB");
        return;
      }
      ReservedBytes.Whole line = rest.take();
      if (isBlank(line.bytes())) {
        budget.release(line.reserved());
      } else {
        offer(lines, line);
      }
    }

    private static boolean isBlank(byte[] line) {
      for (byte b : line) {
        if (b != ' ' && b != '\t' && b != '\r') {
          return false;
        }
      }
      return true;
    }

    private void offer(int line, ReservedBytes.Whole whole) {
      int size = whole.bytes().length;
      linesAtWork++;
      bytesAtWork += size;
      Intake.Taking taking = intake.begin(format, whole.bytes());
      before = taking.placed();
      if (!before.isDone()) {
        var _ =
            before.whenComplete((placed, failure) -> context.runOnContext(next -> goOnIfPaused()));
      }
      var _ =
          taking
              .outcome()
              .whenComplete(
                  (outcome, failure) -> {
                    budget.release(whole.reserved());
                    context.runOnContext(done -> taken(line, size, outcome));
                  });
    }

    private void goOnIfPaused() {
      if (paused) {
        goOn();
      }
    }

    private boolean isFull() {
      return linesAtWork >= MAX_LINES_AT_WORK || bytesAtWork >= MAX_BYTES_AT_WORK;
    }

    private void taken(int line, int size, Intake.@Nullable Outcome outcome) {
      linesAtWork--;
      bytesAtWork -= size;
      switch (outcome) {
        case Intake.Outcome.Taken taken -> {
          accepted++;
          if (taken.how() != Appended.LOGGED) {
            stop("the log cannot be written");
          }
        }
        case Intake.Outcome.Merged _ -> accepted++;
        case Intake.Outcome.Shed _ -> {
          report(line, "memory is short");
          stop("memory is short");
        }
        case Intake.Outcome.Rejected reason -> report(line, reason.error());
        case null -> report(line, "the server failed");
      }
      goOnIfPaused();
      answerIfDone();
    }

    private void report(int line, String error) {
      rejected++;
      if (reported.size() < MAX_REPORTED) {
        reported.addObject().put("line", line).put("error", error);
      }
    }

    private void end() {
      ended = true;
      if (skipping || rest.length() > 0) {
        endLine();
      }
      answerIfDone();
    }

    private void answerIfDone() {
      if (!ended || linesAtWork > 0 || answer.isDone()) {
        return;
      }
      if (timer >= 0) {
        context.owner().cancelTimer(timer);
      }
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.put("accepted", accepted);
      body.set("rejected", reported);
      if (rejected > reported.size()) {
        body.put("rejectedInAll", rejected);
      }
      Response.ResponseBuilder response = Response.ok();
      if (stopped != null) {
        body.put("error", stopped + "; send the lines after the first " + lines + " again later");
        body.put("lines", lines);
        response = Response.status(UNAVAILABLE).header("Retry-After", RETRY_SECONDS);
      }
      answer.complete(
          response.type(MediaType.APPLICATION_JSON_TYPE).entity(body.toString()).build());
    }
  }
}
