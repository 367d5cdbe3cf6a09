package dev.evenkeel.server.query;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** The answers to questions that have none. */
final class Answers {

  private Answers() {}

  static Response error(int status, String error) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .entity(JsonNodeFactory.instance.objectNode().put("error", error).toString())
        .build();
  }

  /** Nothing is wrong with the question; it may be asked again soon. */
  static Response later(String error) {
    Response answer = error(503, error);
    answer.getHeaders().putSingle("Retry-After", 1);
    return answer;
  }
}
