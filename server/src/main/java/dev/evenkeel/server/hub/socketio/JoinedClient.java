package dev.evenkeel.server.hub.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.hub.engineio.Handshake;
import dev.evenkeel.server.hub.engineio.Session;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client that has joined a namespace. */
final class JoinedClient implements Client {

  private final Session session;
  private final Application application;
  private final String namespace;
  private final String id;
  private final JsonNode auth;
  private final Consumer<JoinedClient> leaving;

  // Mutable state, changed on the session's loop
  private volatile boolean joined = true;
  private volatile Runnable drained = () -> {};

  JoinedClient(
      Session session,
      Application application,
      String namespace,
      String id,
      JsonNode auth,
      Consumer<JoinedClient> leaving) {
    this.session = session;
    this.application = application;
    this.namespace = namespace;
    this.id = id;
    this.auth = auth;
    this.leaving = leaving;
  }

  void received(Incoming.Event event, @Nullable Acknowledgement acknowledgement) {
    application.event(this, event.name(), event.arguments(), acknowledgement);
  }

  void drained() {
    drained.run();
  }

  void left(String reason) {
    joined = false;
    application.disconnected(this, reason);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public JsonNode auth() {
    return auth;
  }

  @Override
  public Handshake handshake() {
    return session.handshake();
  }

  @Override
  public void emit(OutgoingEvent event) {
    if (!event.namespace().equals(namespace)) {
      throw new IllegalArgumentException(
          "an event for %s was emitted to a client of %s".formatted(event.namespace(), namespace));
    }
    if (joined) {
      session.send(event.packets());
    }
  }

  @Override
  public long pendingBytes() {
    return session.pendingBytes();
  }

  @Override
  public long progress() {
    return session.progress();
  }

  @Override
  public void onDrained(Runnable listener) {
    drained = listener;
  }

  @Override
  public void execute(Runnable task) {
    session.execute(task);
  }

  @Override
  public void leave() {
    session.execute(() -> leaving.accept(this));
  }

  @Override
  public void disconnect(String reason) {
    session.close(reason);
  }
}
