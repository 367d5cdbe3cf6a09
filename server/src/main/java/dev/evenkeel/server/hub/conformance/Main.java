package dev.evenkeel.server.hub.conformance;

import dev.evenkeel.server.hub.engineio.EngineConfig;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/** Starts a {@link ConformanceServer} from a command line. */
public final class Main {

  private static final int WRONG_USAGE = 2;

  private Main() {}

  /**
   * {@code [--port PORT] [--engine] [--ping-timeout MILLISECONDS]}: runs until the process is
   * ended.
   */
  public static void main(String... arguments) {
    int port = 3000;
    boolean engine = false;
    Duration pingTimeout = ConformanceServer.ENGINE.pingTimeout();
    for (int i = 0; i < arguments.length; i++) {
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      switch (arguments[i]) {
        case "--engine" -> engine = true;
        case "--port" -> {
          port = number("--port", value, 0, 65_535);
          i++;
        }
        case "--ping-timeout" -> {
          pingTimeout = Duration.ofMillis(number("--ping-timeout", value, 1, 600_000));
          i++;
        }
        default ->
            exit(
                "conformance-server does not know '%s', only --port, --engine and --ping-timeout"
                    .formatted(arguments[i]));
      }
    }
    EngineConfig config =
        ConformanceServer.ENGINE.withHeartbeat(
            ConformanceServer.ENGINE.pingInterval(), pingTimeout);
    try {
      System.out.println("listening on " + start(config, engine, port).url());
    } catch (CompletionException e) {
      exit("cannot listen on port " + port + ": " + e.getCause() + ". Choose another with --port");
    }
  }

  private static ConformanceServer start(EngineConfig config, boolean engine, int port) {
    return engine
        ? ConformanceServer.engineIo(config, EngineEcho::new, port)
        : ConformanceServer.socketIo(
            config, ConformanceServer.SOCKET, ConformanceServer.ECHO, port);
  }

  private static int number(String option, String text, int least, int most) {
    int number = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      exit("%s is '%s'; it is a number from %d to %d".formatted(option, text, least, most));
    }
    return number;
  }

  private static void exit(String message) {
    System.err.println("evenkeel: " + message);
    System.exit(WRONG_USAGE);
  }
}
