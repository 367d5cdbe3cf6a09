package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.Access;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the server tells of itself, over one connection that stays open. For one thread. */
public final class ServerProbe implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final int port;
  private final String[] headers;

  // Mutable state, owned by the thread that asks
  private @Nullable HttpConnection connection;

  /** A probe that has asked nothing yet. */
  public ServerProbe(Access access) {
    this.port = access.port();
    this.headers = access.headers();
  }

  /** Asks for JSON. */
  public JsonNode get(String path) throws IOException {
    return JSON.readTree(text(path));
  }

  /** A sum of the samples of a metric, with these labels if any: {@code {area="nonheap"}}. */
  static long metric(String metrics, String name) {
    double sum = 0;
    for (String line : metrics.lines().toList()) {
      if (line.startsWith(name) && (line.charAt(name.length()) == ' ')) {
        sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return (long) sum;
  }

  /**
   * Asks.
   *
   * @throws IOException when the server is away; the next question tries again
   */
  String text(String path) throws IOException {
    try {
      HttpConnection open = connection;
      if (open == null) {
        open = HttpConnection.to(port, PATIENCE);
        connection = open;
      }
      HttpConnection.Answer answer = open.get(path, headers);
      if (answer.status() != 200) {
        throw new IOException(path + " answered " + answer);
      }
      return answer.text();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    HttpConnection open = connection;
    connection = null;
    if (open != null) {
      open.close();
    }
  }
}
