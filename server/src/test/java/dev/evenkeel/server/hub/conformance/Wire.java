package dev.evenkeel.server.hub.conformance;

import static org.awaitility.Awaitility.await;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;

/** A client of Engine.IO whose transport does not matter to the test. */
interface Wire extends AutoCloseable {

  /** Which transport. */
  enum Kind {
    POLLING {
      @Override
      Wire open(ConformanceServer server) throws Exception {
        return new Polling(server);
      }
    },
    WEBSOCKET {
      @Override
      Wire open(ConformanceServer server) throws Exception {
        return new Socket(TestSocket.opened(server));
      }
    };

    abstract Wire open(ConformanceServer server) throws Exception;
  }

  void send(String packet) throws Exception;

  void send(byte[] attachment) throws Exception;

  /** Sends packets as they stand in a payload of long polling. */
  default void sendAll(String payload) throws Exception {
    for (String packet : payload.split("\u001e")) {
      if (packet.startsWith("b")) {
        send(Base64.getDecoder().decode(packet.substring(1)));
      } else {
        send(packet);
      }
    }
  }

  /** The next packet that is no ping: a String or a byte[]. */
  Object next() throws Exception;

  default String nextText() throws Exception {
    return (String) next();
  }

  void awaitClosed() throws Exception;

  @Override
  void close();

  /** Over a websocket. */
  record Socket(TestSocket socket) implements Wire {

    @Override
    public void send(String packet) throws Exception {
      socket.send(packet);
    }

    @Override
    public void send(byte[] attachment) throws Exception {
      int[] bytes = new int[attachment.length];
      Arrays.setAll(bytes, i -> attachment[i]);
      socket.send(bytes);
    }

    @Override
    public Object next() throws Exception {
      return socket.nextButPing();
    }

    @Override
    public void awaitClosed() throws Exception {
      socket.awaitClosed();
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  /** Over long polling. */
  final class Polling implements Wire {

    private final Polls polls;
    private final String sid;
    private final Deque<Object> received = new ArrayDeque<>();

    Polling(ConformanceServer server) throws Exception {
      polls = new Polls(server);
      sid = polls.open();
    }

    @Override
    public void send(String packet) throws Exception {
      polls.post(sid, packet);
    }

    @Override
    public void send(byte[] attachment) throws Exception {
      send("b" + Base64.getEncoder().encodeToString(attachment));
    }

    @Override
    public Object next() throws Exception {
      while (received.isEmpty()) {
        var answer = polls.poll(sid);
        if (answer.statusCode() != 200) {
          throw new AssertionError("the poll was answered " + answer.statusCode());
        }
        for (String packet : answer.body().split("\u001e")) {
          if (packet.startsWith("b")) {
            received.add(Base64.getDecoder().decode(packet.substring(1)));
          } else if (!packet.equals("2")) {
            received.add(packet);
          }
        }
      }
      return received.remove();
    }

    @Override
    public void awaitClosed() {
      await().until(() -> polls.post(sid, "6").statusCode() == 400);
    }

    @Override
    public void close() {
      polls.close();
    }
  }
}
