package dev.evenkeel.server.target;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Asks a server whether it still has a session.
 *
 * <p>Engine.IO answers a polling request for a session that it does not know with status 400 and
 * code 1, "Session ID unknown" (python-engineio: "Invalid session"); for a session that runs over
 * WebSocket it answers something else and leaves it as it is. So a server that has been restarted
 * can be connected to again at once, and one behind a cut line only after it has noticed.
 */
final class Sessions {

  private static final Duration LONGEST = Duration.ofSeconds(2);
  private static final int BAD_REQUEST = 400;

  private final Network network;
  private final TargetConfig target;

  Sessions(Network network, TargetConfig target) {
    this.network = network;
    this.target = target;
  }

  /**
   * Whether the server says that it has no such session, or there is no server. False when it
   * cannot be found out.
   */
  boolean isGone(String sid) throws InterruptedException {
    try {
      URI address =
          URI.create(
              Wire.address(target, "polling")
                  + "&sid="
                  + URLEncoder.encode(sid, StandardCharsets.UTF_8));
      Network.Answer answer = network.ask(address, Wire.headers(target), LONGEST);
      return answer.status() == BAD_REQUEST
          && (answer.body().contains("Session ID unknown")
              || answer.body().contains("Invalid session"));
    } catch (IOException e) {
      return Ending.isRefused(e);
    }
  }
}
