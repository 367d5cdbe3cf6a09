package dev.evenkeel.server.hub.engineio;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/**
 * Why a request is refused, as the protocol's own implementation says it: {@code {"code",
 * "message"}}.
 *
 * @param status of HTTP
 * @param code of Engine.IO
 * @param kind what it is counted as
 */
public record Refusal(int status, int code, String kind, String message) {

  static final Refusal UNKNOWN_TRANSPORT = new Refusal(400, 0, "transport", "Transport unknown");
  static final Refusal UNKNOWN_SESSION = new Refusal(400, 1, "session", "Session ID unknown");
  static final Refusal BAD_METHOD = new Refusal(400, 2, "method", "Bad handshake method");
  static final Refusal BAD_REQUEST = new Refusal(400, 3, "request", "Bad request");
  static final Refusal WRONG_VERSION =
      new Refusal(400, 5, "version", "Unsupported protocol version");

  /** What the edge calls forbidden. */
  public static Refusal forbidden(int status, String message) {
    return new Refusal(status, 4, "forbidden", message);
  }

  static Refusal full(int capacity) {
    return new Refusal(
        503,
        3,
        "full",
        "Too many clients: this server takes " + capacity + ". Close some, or come again later");
  }

  /** What the edge says when {@link CloseReason#NO_ROOM} holds. */
  public static Refusal noRoom() {
    return new Refusal(503, 3, "room", "No room for this request now. Come again later");
  }

  /** The answer's body. */
  public String json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("code", code)
        .put("message", message)
        .toString();
  }
}
