package dev.evenkeel.server.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.server.hub.socketio.Acknowledgement;
import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client may ask: {@code filter}, and, as claude-mpm's clients do, {@code get_history},
 * {@code request_history}, {@code get_status} and {@code claude_event}. Who wants an
 * acknowledgement gets {@code {"ok": true}} or {@code {"error": ...}}.
 */
final class Requests {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final IncomingEvents incoming;
  private final Supplier<OutgoingEvent> status;

  Requests(IncomingEvents incoming, Supplier<OutgoingEvent> status) {
    this.incoming = incoming;
    this.status = status;
  }

  /** Does what a client asks. On the client's event loop. */
  void answer(
      Subscriber subscriber,
      String name,
      List<JsonNode> arguments,
      @Nullable Acknowledgement acknowledgement) {
    JsonNode argument = arguments.isEmpty() ? MissingNode.getInstance() : arguments.getFirst();
    try {
      switch (name) {
        case "filter" -> subscriber.filter(ClientFilter.only(argument));
        case "get_history", "request_history" ->
            accepted(subscriber.sendHistory(HistoryRequest.of(argument)));
        case "get_status" -> accepted(subscriber.say(status.get()));
        case Messages.EVENT -> {
          takeIn(argument, subscriber.line(), acknowledgement);
          return;
        }
        default ->
            throw new InvalidWishException(
                "'"
                    + name
                    + "' is not known; there are filter, get_history, request_history, get_status"
                    + " and claude_event");
      }
      acknowledge(acknowledgement, null);
    } catch (InvalidWishException e) {
      acknowledge(acknowledgement, e.getMessage());
    }
  }

  private static void accepted(boolean hasRoom) throws InvalidWishException {
    if (!hasRoom) {
      throw new InvalidWishException("too many answers wait to be read");
    }
  }

  private void takeIn(JsonNode event, Inbox.Line line, @Nullable Acknowledgement acknowledgement) {
    var _ =
        incoming
            .take(event, line)
            .whenComplete(
                (error, failure) ->
                    acknowledge(
                        acknowledgement,
                        failure == null ? error : "the server failed: " + failure));
  }

  private static void acknowledge(
      @Nullable Acknowledgement acknowledgement, @Nullable String error) {
    if (acknowledgement != null) {
      ObjectNode answer = JSON.objectNode();
      acknowledgement.answer(
          List.of(error == null ? answer.put("ok", true) : answer.put("error", error)));
    }
  }
}
