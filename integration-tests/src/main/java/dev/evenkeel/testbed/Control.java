package dev.evenkeel.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The second port of the Node server, over which it is asked and told. */
final class Control {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration START = Duration.ofSeconds(60);

  private Control() {}

  static JsonNode ask(int port, String method, String path, String body) {
    try (var connection = HttpConnection.to(port)) {
      byte[] bytes = body.getBytes(UTF_8);
      connection.write(connection.head(method, path, bytes.length), bytes);
      HttpConnection.Answer answer = connection.readAnswer();
      if (answer.status() != 200) {
        throw new IllegalStateException(
            method + " " + path + " of the Socket.IO server answered " + answer);
      }
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException("the Socket.IO server did not answer " + path, e);
    }
  }

  /**
   * Waits until the server answers.
   *
   * @param lives whether it is worth waiting
   */
  static void awaitAnswer(int port, BooleanSupplier lives) {
    long deadline = System.nanoTime() + START.toNanos();
    while (!answers(port)) {
      if (!lives.getAsBoolean()) {
        throw new IllegalStateException("the Socket.IO server ended while it started");
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the Socket.IO server does not answer");
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  private static boolean answers(int port) {
    try (var connection = HttpConnection.to(port, Duration.ofSeconds(5))) {
      return connection.get("/state").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
