package dev.evenkeel.server.hub.conformance;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A websocket to a server under test. What comes in waits until it is asked for. */
final class TestSocket implements AutoCloseable, WebSocket.Listener {

  /** Far beyond what anything here takes. */
  private static final int HANGS = 20;

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final BlockingQueue<Object> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private final WebSocket socket;
  private volatile boolean reading = true;

  /** Opens it, or throws what the handshake failed with. */
  TestSocket(ConformanceServer server, String query) throws Exception {
    socket =
        HTTP.newWebSocketBuilder()
            .buildAsync(URI.create(server.url().replace("http:", "ws:") + query), this)
            .get(HANGS, TimeUnit.SECONDS);
  }

  /** One that has taken its Engine.IO handshake. */
  static TestSocket opened(ConformanceServer server) throws Exception {
    var socket = new TestSocket(server, "?EIO=4&transport=websocket");
    if (!socket.nextText().startsWith("0")) {
      throw new AssertionError("no handshake came first");
    }
    return socket;
  }

  private void goOn(WebSocket webSocket) {
    if (reading) {
      webSocket.request(1);
    }
  }

  /** Takes nothing more off the network, except what is on its way into this client already. */
  void stopReading() {
    reading = false;
  }

  void readAgain() {
    reading = true;
    socket.request(1);
  }

  @Override
  public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      messages.add(text.toString());
      text.setLength(0);
    }
    goOn(webSocket);
    return null;
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
    byte[] part = new byte[data.remaining()];
    data.get(part);
    binary.writeBytes(part);
    if (last) {
      messages.add(binary.toByteArray());
      binary.reset();
    }
    goOn(webSocket);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
    closed.complete(statusCode);
    return null;
  }

  @Override
  public void onError(WebSocket webSocket, Throwable error) {
    closed.complete(-1);
  }

  void send(String message) throws Exception {
    socket.sendText(message, true).get(HANGS, TimeUnit.SECONDS);
  }

  void send(int... bytes) throws Exception {
    byte[] data = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      data[i] = (byte) bytes[i];
    }
    socket.sendBinary(ByteBuffer.wrap(data), true).get(HANGS, TimeUnit.SECONDS);
  }

  /** Sends parts of one message that never ends, until the server had enough of it. */
  void sendPartsUntilItFails(String part) {
    try {
      while (true) {
        socket.sendText(part, false).get(HANGS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      awaitIsClosed();
    }
  }

  /** The next message: a String or a byte[]. */
  Object next() throws InterruptedException {
    Object message = messages.poll(HANGS, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("nothing came; closed: " + closed);
    }
    return message;
  }

  String nextText() throws InterruptedException {
    return (String) next();
  }

  /** The next message that is no ping. */
  Object nextButPing() throws InterruptedException {
    Object message = next();
    while (message.equals("2")) {
      message = next();
    }
    return message;
  }

  /** Waits until it is closed, and says with which code. */
  int awaitClosed() throws Exception {
    return closed.get(HANGS, TimeUnit.SECONDS);
  }

  /** Whether it is closed, at the latest after a while. */
  boolean awaitIsClosed() {
    try {
      awaitClosed();
      return true;
    } catch (Exception e) {
      return false;
    }
  }

  boolean isClosed() {
    return closed.isDone();
  }

  @Override
  public void close() {
    socket.abort();
  }
}
