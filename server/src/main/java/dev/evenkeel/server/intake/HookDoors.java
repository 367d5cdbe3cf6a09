package dev.evenkeel.server.intake;

import dev.evenkeel.server.budget.MemoryBudget;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The doors for agents' hooks. Everything here runs on the event loop and blocks nothing. */
@Path("/")
public class HookDoors {

  private static final Pattern AGENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final int LONGEST_EVENT_NAME = 256;
  private static final long TO_READ_THE_ANSWER_MILLIS = 1000;

  private final Intake intake;
  private final MemoryBudget budget;
  private final BatchDoor batches;
  private final Replies replies;

  @Inject
  HookDoors(Intake intake, MemoryBudget budget, BatchDoor batches, Replies replies) {
    this.intake = intake;
    this.budget = budget;
    this.batches = batches;
    this.replies = replies;
  }

  /** One event as the agent sends it. */
  @POST
  @Path("hooks/{agent}")
  public CompletionStage<Response> event(
      @PathParam("agent") String agent, @Context HttpServerRequest request) {
    return take(agent, null, request);
  }

  /** One event of an agent that leaves its name out of the body. */
  @POST
  @Path("hooks/{agent}/{event}")
  public CompletionStage<Response> namedEvent(
      @PathParam("agent") String agent,
      @PathParam("event") String event,
      @Context HttpServerRequest request) {
    return take(agent, event, request);
  }

  /** Many events, one a line. */
  @POST
  @Path("hooks/{agent}/batch")
  public CompletionStage<Response> batch(
      @PathParam("agent") String agent, @Context HttpServerRequest request) {
    String wrong = wrongWith(agent, null, request);
    if (wrong != null) {
      return CompletableFuture.completedFuture(Answers.error(400, wrong));
    }
    return batches.read(Intake.of(agent, null), request);
  }

  /** One event in the envelope of claude-mpm's hooks. */
  @POST
  @Path("api/events")
  public CompletionStage<Response> mpmEvent(@Context HttpServerRequest request) {
    String wrong = compressed(request);
    if (wrong != null) {
      return refused(wrong);
    }
    return read(body -> intake.take(Intake.ofMpm(), body), request)
        .thenApply(answer -> answer.getStatus() == 200 ? Response.noContent().build() : answer);
  }

  private CompletionStage<Response> take(
      String agent, @Nullable String event, HttpServerRequest request) {
    String wrong = wrongWith(agent, event, request);
    if (wrong != null) {
      return refused(wrong);
    }
    return read(body -> intake.takeAndAnswer(Intake.of(agent, event), body), request);
  }

  private CompletionStage<Response> refused(String wrong) {
    intake.reject(wrong);
    return CompletableFuture.completedFuture(Answers.error(400, wrong));
  }

  private static @Nullable String wrongWith(
      String agent, @Nullable String event, HttpServerRequest request) {
    if (!AGENT.matcher(agent).matches()) {
      return "'" + agent + "' is no agent's name: letters, digits, '.', '_' and '-', at most 64";
    }
    if (event != null && event.length() > LONGEST_EVENT_NAME) {
      return "the event's name has more than " + LONGEST_EVENT_NAME + " characters";
    }
    return compressed(request);
  }

  private static @Nullable String compressed(HttpServerRequest request) {
    String encoding = request.getHeader("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return "the body is compressed (" + encoding + "); send it as it is";
    }
    return null;
  }

  private CompletableFuture<Response> read(
      Function<byte[], CompletableFuture<Intake.Outcome>> take, HttpServerRequest request) {
    return BodyReader.read(request, budget)
        .thenCompose(
            body -> {
              CompletableFuture<Response> answer = taken(take, body);
              if (body.hasEnded()) {
                return answer;
              }
              closeWhenAnswered(request);
              return answer.thenApply(Answers::last);
            });
  }

  /** The rest of a body that did not come in time would be waited for without end. */
  private static void closeWhenAnswered(HttpServerRequest request) {
    var _ =
        Vertx.currentContext()
            .owner()
            .setTimer(TO_READ_THE_ANSWER_MILLIS, fired -> request.connection().close());
  }

  private CompletableFuture<Response> taken(
      Function<byte[], CompletableFuture<Intake.Outcome>> take, BodyReader.Body body) {
    return switch (body) {
      case BodyReader.Body.Complete complete ->
          replies
              .here(
                  take.apply(complete.bytes())
                      .whenComplete((outcome, failure) -> budget.release(complete.reserved())))
              .thenApply(HookDoors::answer);
      case BodyReader.Body.TooLarge _ -> {
        intake.reject("too large");
        yield CompletableFuture.completedFuture(Answers.tooLarge());
      }
      case BodyReader.Body.NoRoom _ -> {
        intake.shed();
        yield CompletableFuture.completedFuture(Answers.empty());
      }
      case BodyReader.Body.Incomplete incomplete -> {
        intake.reject(incomplete.error());
        yield CompletableFuture.completedFuture(Answers.incomplete(incomplete.error()));
      }
    };
  }

  private static Response answer(Intake.Outcome outcome) {
    if (!outcome.answer().isEmpty()) {
      return Answers.decision(outcome.answer());
    }
    return switch (outcome) {
      case Intake.Outcome.Taken _, Intake.Outcome.Merged _, Intake.Outcome.Shed _ ->
          Answers.empty();
      case Intake.Outcome.Rejected rejected -> Answers.error(400, rejected.error());
    };
  }
}
