package dev.evenkeel.server;

import dev.evenkeel.server.hub.engineio.Engine;
import dev.evenkeel.server.hub.engineio.Handshake;
import dev.evenkeel.server.hub.engineio.Refusal;
import dev.evenkeel.server.hub.vertx.Admission;
import dev.evenkeel.server.hub.vertx.EngineRoute;
import dev.evenkeel.server.intake.Doorkeeper;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** The door of the hub, on the HTTP port of all other doors. */
@ApplicationScoped
public class HubDoor {

  private static final String PATH = "/socket.io/";

  private final Engine engine;
  private final Doorkeeper doorkeeper;

  @Inject
  HubDoor(Engine engine, Doorkeeper doorkeeper) {
    this.engine = engine;
    this.doorkeeper = doorkeeper;
  }

  void open(@Observes Router router, Vertx vertx) {
    new EngineRoute(vertx, engine, new Doors(doorkeeper)).attach(router, PATH);
  }

  private static final Refusal OTHER_PORT =
      Refusal.forbidden(403, "Pages of other ports may not open sessions here");

  /**
   * The doorkeeper stands before every door, and has let in whoever comes here. At this door also a
   * GET changes something: it opens a session.
   */
  private record Doors(Doorkeeper doorkeeper) implements Admission {

    @Override
    public @Nullable Refusal refuses(Handshake caller) {
      return doorkeeper.isPageOfOtherPort(caller.origin(), caller.secFetchSite())
          ? OTHER_PORT
          : null;
    }

    @Override
    public boolean mayRead(String origin) {
      return doorkeeper.allows(origin);
    }
  }
}
