package dev.evenkeel.server.intake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** The answers of the doors. */
final class Answers {

  private static final int REQUEST_TIMEOUT = 408;

  private Answers() {}

  /** What an agent gets: nothing to decide, nothing to show. */
  static Response empty() {
    return Response.ok().header("Content-Length", 0).build();
  }

  /** What a guard tells the agent, in its own format. */
  static Response decision(String json) {
    return Response.ok(json, MediaType.APPLICATION_JSON_TYPE).build();
  }

  static Response error(int status, String error) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .entity(JsonNodeFactory.instance.objectNode().put("error", error).toString())
        .build();
  }

  static Response incomplete(String error) {
    return error(REQUEST_TIMEOUT, error);
  }

  /** The same answer, which also says that the connection is closed after it. */
  static Response last(Response answer) {
    answer.getHeaders().putSingle("Connection", "close");
    return answer;
  }

  static Response tooLarge() {
    return error(
        413, "The body is larger than " + (Intake.MAX_BYTES >> 20) + " MB, the most that is taken");
  }
}
