package dev.evenkeel.server.config;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whoever reaches the server reads what agents do: prompts, commands, files. So it listens beyond
 * this machine only when it asks for a token.
 */
public final class ListenRule {

  private ListenRule() {}

  /**
   * Checks where the server is about to listen.
   *
   * @param host {@code quarkus.http.host}: an address or a name
   * @param token {@code evenkeel.token}, or null
   * @throws InvalidSettingException when strangers could come in
   */
  public static void check(String host, @Nullable String token) {
    if (token == null && !isLoopback(host.strip())) {
      throw new InvalidSettingException(
          "quarkus.http.host",
          " is '"
              + host
              + "' and evenkeel.token is not set: whoever reaches this machine could read what"
              + " agents do. Set a token, the same for the server and its agents"
              + " (EVENKEEL_TOKEN=$(openssl rand -hex 16)), let the server make one"
              + " (EVENKEEL_TOKEN_FILE=token), or listen on 127.0.0.1");
    }
  }

  private static boolean isLoopback(String host) {
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      // A name: what it stands for can change, so it does not count as this machine.
      return false;
    }
  }
}
