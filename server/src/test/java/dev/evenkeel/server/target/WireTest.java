package dev.evenkeel.server.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import okhttp3.Request;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the server said is the reason of an ending, whoever closes first: the client library answers
 * a refusal by closing the WebSocket, before it tells anybody of the refusal.
 */
class WireTest {

  private final List<Ending> endings = new ArrayList<>();
  private final List<String> passedOn = new ArrayList<>();
  private final SilentSocket socket = new SilentSocket();
  private final Wire wire =
      new Wire((request, listener) -> socket, new Recorder(), new LongAdder());

  /** The library, and the server that confirms at once that the library closed. */
  private final WebSocketListener library =
      new WebSocketListener() {
        @Override
        public void onMessage(WebSocket webSocket, String text) {
          passedOn.add(text);
          wire.onClosing(webSocket, 1000, "");
        }
      };

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "44{\"message\":\"not in these colours\"} | refused by the server: not in these colours",
        "44/agents,{\"message\":\"not you\",\"data\":{}} | refused by the server: not you",
        "44{\"data\":1} | refused by the server: {\"data\":1}",
        "44{\"message\": | refused by the server: {\"message\":",
        "44\"Invalid namespace\" | refused by the server: \"Invalid namespace\"",
        "44 | refused by the server: ''",
        "41 | disconnected by the server",
        "41/agents, | disconnected by the server",
      },
      quoteCharacter = '\0')
  void theServersWordsAreTheReason(String message, String reason) {
    wire.newWebSocket(new Request.Builder().url("http://127.0.0.1/").build(), library);
    wire.onMessage(socket, message);
    assertThat(endings.getFirst()).isEqualTo(Ending.closed(reason.replace("''", "")));
    assertThat(passedOn).containsExactly(message);
  }

  @Test
  void aCloseWithoutAWordIsToldAsAClose() {
    wire.newWebSocket(new Request.Builder().url("http://127.0.0.1/").build(), library);
    wire.onClosing(socket, 1001, "going away");
    assertThat(endings.getFirst())
        .isEqualTo(Ending.closed("closed by the server (1001 going away)"));
  }

  @Test
  void aWebSocketThatIsMadeAfterTheConnectionWasGivenUpEndsAtOnce() {
    wire.cancel();
    assertThat(socket.cancelled).isFalse();
    wire.newWebSocket(new Request.Builder().url("http://127.0.0.1/").build(), library);
    assertThat(socket.cancelled).isTrue();
  }

  private final class Recorder implements Wire.Events {
    @Override
    public void opened(Handshake handshake) {}

    @Override
    public void acknowledged(int id) {}

    @Override
    public void ended(Ending ending) {
      endings.add(ending);
    }
  }

  /** Takes all and does nothing. */
  private static final class SilentSocket implements WebSocket {
    private boolean cancelled;

    @Override
    public Request request() {
      return new Request.Builder().url("http://127.0.0.1/").build();
    }

    @Override
    public long queueSize() {
      return 0;
    }

    @Override
    public boolean send(String text) {
      return true;
    }

    @Override
    public boolean send(ByteString bytes) {
      return true;
    }

    @Override
    public boolean close(int code, String reason) {
      return true;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }
}
