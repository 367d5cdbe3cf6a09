package dev.evenkeel.server.target;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

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
  private static final long MOST_BYTES = 1024;

  private final OkHttpClient http;
  private final URI server;
  private final @Nullable String token;

  Sessions(OkHttpClient http, TargetConfig target) {
    this.http = http.newBuilder().callTimeout(LONGEST).build();
    this.server = target.url();
    this.token = target.token();
  }

  /**
   * Whether the server says that it has no such session, or there is no server. False when it
   * cannot be found out.
   */
  boolean isGone(String sid) {
    var request = new Request.Builder().url(address(sid)).header("Connection", "close");
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try (Response response = http.newCall(request.build()).execute()) {
      if (response.code() != BAD_REQUEST) {
        return false;
      }
      String answer = response.peekBody(MOST_BYTES).string();
      return answer.contains("Session ID unknown") || answer.contains("Invalid session");
    } catch (IOException e) {
      return Ending.isRefused(e);
    }
  }

  private HttpUrl address(String sid) {
    boolean secure = "https".equals(server.getScheme()) || "wss".equals(server.getScheme());
    var address =
        new HttpUrl.Builder()
            .scheme(secure ? "https" : "http")
            .host(server.getHost())
            .addPathSegments("socket.io/")
            .addQueryParameter("EIO", "4")
            .addQueryParameter("transport", "polling")
            .addQueryParameter("sid", sid);
    if (server.getPort() > 0) {
      address.port(server.getPort());
    }
    return address.build();
  }
}
