package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.Handshake;
import dev.evenkeel.server.hub.engineio.Refusal;
import org.jspecify.annotations.Nullable;

/** Decides who may come to the door of the hub, before anything else is looked at. */
public interface Admission {

  /** Lets everyone in, and pages of any origin read the answers. */
  Admission ANYONE =
      new Admission() {
        @Override
        public @Nullable Refusal refuses(Handshake caller) {
          return null;
        }

        @Override
        public boolean mayRead(String origin) {
          return true;
        }
      };

  /**
   * Looks at each request, not only at the first of a session.
   *
   * @param caller what the request brings. A browser cannot set {@code Authorization} on a
   *     websocket, so a missing one can be left for the join: {@link
   *     dev.evenkeel.server.hub.socketio.Application#admit}
   * @return null to let it in; {@link Refusal#forbidden} else
   */
  @Nullable Refusal refuses(Handshake caller);

  /**
   * Whether a page of this origin, which was let in, is told that it may read the answers: browsers
   * ask for it in long polling (CORS).
   */
  boolean mayRead(String origin);
}
