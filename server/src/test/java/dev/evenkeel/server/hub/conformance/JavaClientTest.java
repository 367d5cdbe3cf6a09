package dev.evenkeel.server.hub.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.server.hub.engineio.EngineConfig;
import dev.evenkeel.server.hub.socketio.SocketConfig;
import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The maintained Java client of Socket.IO. */
class JavaClientTest {

  /** On threads that end with their work: the client's own ones stay for a minute. */
  private final OkHttpClient http =
      new OkHttpClient.Builder()
          .dispatcher(new Dispatcher(Executors.newVirtualThreadPerTaskExecutor()))
          .build();

  private final ConformanceServer server =
      ConformanceServer.socketIo(
          EngineConfig.DEFAULT, SocketConfig.DEFAULT, ConformanceServer.ECHO, 0);

  @AfterEach
  void stop() {
    server.close();
  }

  private Socket client(String namespace, String... transports) {
    var options = new IO.Options();
    options.forceNew = true;
    options.callFactory = http;
    options.webSocketFactory = http;
    options.reconnection = false;
    options.transports = transports;
    options.auth = Map.of("token", "abc");
    return IO.socket(URI.create("http://localhost:" + server.port() + namespace), options);
  }

  private static BlockingQueue<Object[]> events(Socket socket, String name) {
    var events = new ArrayBlockingQueue<Object[]>(100);
    socket.on(name, events::add);
    return events;
  }

  private static Object[] next(BlockingQueue<Object[]> events) throws InterruptedException {
    Object[] arguments = events.poll(20, TimeUnit.SECONDS);
    assertThat(arguments).isNotNull();
    return arguments;
  }

  @ParameterizedTest
  @CsvSource({"/, polling, 0", "/, websocket, 1", "/custom, websocket, 1"})
  void joinsWithItsAuth(String namespace, String transport, int websockets) throws Exception {
    Socket socket = client(namespace, transport);
    var auth = events(socket, "auth");
    socket.connect();
    assertThat(((JSONObject) next(auth)[0]).getString("token")).isEqualTo("abc");
    assertThat(server.engine().status().websockets()).isEqualTo(websockets);
    socket.close();
    await().until(() -> server.engine().status().sessions() == 0);
  }

  @Test
  void upgradesFromPollingAndLosesNothing() throws Exception {
    Socket socket = client("/", "polling", "websocket");
    var back = events(socket, "message-back");
    socket.connect();
    for (int i = 0; i < 50; i++) {
      socket.emit("message", i);
    }
    await().until(() -> server.engine().status().websockets() == 1);
    for (int i = 50; i < 100; i++) {
      socket.emit("message", i);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(next(back)[0]).isEqualTo(i);
    }
    socket.close();
  }

  @Test
  void getsAcknowledgementsAndBinary() throws Exception {
    Socket socket = client("/", "websocket");
    var acknowledged = new ArrayBlockingQueue<Object[]>(1);
    socket.connect();
    socket.emit(
        "message-with-ack", new Object[] {"one", new byte[] {1, 2, 3}}, (Ack) acknowledged::add);
    Object[] arguments = next(acknowledged);
    assertThat(arguments[0]).isEqualTo("one");
    assertThat((byte[]) arguments[1]).isEqualTo(new byte[] {1, 2, 3});
    socket.close();
  }

  @Test
  void isToldThatANamespaceIsUnknown() throws Exception {
    Socket socket = client("/nowhere", "websocket");
    var errors = events(socket, "connect_error");
    socket.connect();
    assertThat(((JSONObject) next(errors)[0]).getString("message")).isEqualTo("Invalid namespace");
    socket.close();
  }
}
