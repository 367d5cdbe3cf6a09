package dev.evenkeel.server.hub.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.hub.socketio.Acknowledgement;
import dev.evenkeel.server.hub.socketio.Application;
import dev.evenkeel.server.hub.socketio.Client;
import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the suite of Socket.IO wants of the main namespace. */
final class Echo implements Application {

  @Override
  public void connected(Client client) {
    client.emit(OutgoingEvent.of(client.namespace(), "auth", client.auth()));
  }

  @Override
  public void event(
      Client client,
      String name,
      List<JsonNode> arguments,
      @Nullable Acknowledgement acknowledgement) {
    if (name.equals("message")) {
      client.emit(
          OutgoingEvent.of(client.namespace(), "message-back", arguments.toArray(JsonNode[]::new)));
    } else if (name.equals("message-with-ack") && acknowledgement != null) {
      acknowledgement.answer(arguments);
    }
  }

  @Override
  public void disconnected(Client client, String reason) {}
}
