package dev.evenkeel.soak.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.testbed.Access;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that send what is no event, one after the other, and look that each is refused. */
final class HostileClients {

  private static final int CLIENTS = 3;
  private static final int HALF_OPEN = 50;
  private static final int TOO_LARGE = (16 << 20) + 1;
  private static final String DOOR = "/hooks/claude-code";

  private static final List<String> BODIES =
      List.of(
          "",
          "hello",
          "<xml/>",
          "[]",
          "null",
          "{\"a\":1} trailing",
          "{\"hook_event_name\":\"Stop\",\"session_id\":\"s\"",
          "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000),
          "\u0000\u0001\u0002",
          "{\"a\":\"" + "x".repeat(200_000));

  private final int port;
  private final String[] headers;

  HostileClients(Access access) {
    this.port = access.port();
    this.headers = access.headers();
  }

  /** Goes on for so long; returns how many requests that were. */
  long attack(Duration time) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    var halfOpen = new ArrayList<HttpConnection>();
    long requests = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < HALF_OPEN; i++) {
        HttpConnection connection = HttpConnection.to(port);
        halfOpen.add(connection);
        connection.write(connection.head("POST", DOOR, 1_000, headers), "{\"ses".getBytes(UTF_8));
      }
      var clients = new ArrayList<Future<Long>>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(threads.submit(() -> attackUntil(end)));
      }
      for (Future<Long> each : clients) {
        requests += each.get();
      }
    } finally {
      for (HttpConnection each : halfOpen) {
        each.close();
      }
    }
    return requests + HALF_OPEN;
  }

  private long attackUntil(long end) throws IOException {
    long requests = 0;
    byte[] large = new byte[TOO_LARGE];
    Arrays.fill(large, (byte) 'x');
    while (System.nanoTime() < end) {
      for (String body : BODIES) {
        post(body.getBytes(UTF_8), 400);
      }
      post(large, 413);
      breakOff();
      requests += BODIES.size() + 2;
    }
    return requests;
  }

  private void post(byte[] body, int status) throws IOException {
    try (var connection = HttpConnection.to(port)) {
      HttpConnection.Answer answer = connection.post(DOOR, body, headers);
      if (answer.status() != status) {
        String begin = new String(body, 0, Math.min(40, body.length), UTF_8);
        throw new IllegalStateException(
            "%d bytes that begin with '%s' were answered %s".formatted(body.length, begin, answer));
      }
    }
  }

  private void breakOff() throws IOException {
    try (var connection = HttpConnection.to(port)) {
      connection.write(
          connection.head("POST", DOOR, 500, headers), "{\"session_id\":".getBytes(UTF_8));
    }
  }
}
