package dev.evenkeel.server.target;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said over a WebSocket, and what is made of the answers, without a network. */
class WireTest {

  private final List<String> heard = new ArrayList<>();
  private final RecordingLine line = new RecordingLine();
  private final LongAdder dropped = new LongAdder();

  private Wire wire(String namespace, String token) {
    var config =
        new TargetConfig("test", URI.create("http://h:1/"), token, namespace, Acknowledge.AUTO);
    return new Wire(config, new Recorder(), dropped);
  }

  private void receive(Wire wire, String message) {
    wire.received(line, ByteBuffer.wrap(message.getBytes(UTF_8)));
  }

  private Wire opened(String namespace, String token) {
    Wire wire = wire(namespace, token);
    wire.open(new OneLine());
    wire.opened(line);
    receive(wire, "0{\"sid\":\"a\",\"pingInterval\":300,\"pingTimeout\":200}");
    return wire;
  }

  @Test
  void itKnocksAtTheNamespaceOnceTheServerIsOpenAndIsJoinedByTheAnswer() {
    Wire wire = opened("/agents", "a\"b");
    assertThat(line.did).containsExactly("expect 500", "40/agents,{\"token\":\"a\\\"b\"}");
    receive(wire, "40/agents,{\"sid\":\"x\"}");
    assertThat(heard).containsExactly("opened", "joined");
  }

  @Test
  void withoutATokenNothingIsSaidOfOne() {
    opened("/", null);
    assertThat(line.did).containsExactly("expect 500", "40");
  }

  @Test
  void theAddressIsThatOfSocketIo() {
    var config = new TargetConfig("test", URI.create("https://h:1"));
    assertThat(Wire.address(config, "websocket"))
        .isEqualTo(URI.create("https://h:1/socket.io/?EIO=4&transport=websocket"));
    opened("/", "secret");
    assertThat(line.asked)
        .isEqualTo("http://h:1/socket.io/?EIO=4&transport=websocket {Authorization=Bearer secret}");
  }

  @Test
  void aPingIsAnsweredAndEventsAreDropped() {
    Wire wire = opened("/", null);
    line.did.clear();
    receive(wire, "2");
    receive(wire, "42[\"claude_event\",{}]");
    receive(wire, "451-[\"noise\",{\"_placeholder\":true,\"num\":0}]");
    wire.receivedBinary();
    receive(wire, "");
    receive(wire, "4");
    receive(wire, "6");
    receive(wire, "\u0000");
    assertThat(line.did).containsExactly("3");
    assertThat(dropped.sum()).isEqualTo(3);
    assertThat(heard).containsExactly("opened");
  }

  @Test
  void acknowledgementsAreToldAndWhenTheyAreAllTold() {
    Wire wire = opened("/", null);
    receive(wire, "437[]");
    receive(wire, "43[]");
    receive(wire, "43/agents,8[1]");
    wire.caughtUp();
    assertThat(heard).containsExactly("opened", "acknowledged 7", "acknowledged 8", "caught up");
  }

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
        "40 | refused: the server speaks Socket.IO 2; it has to be 3 or later",
      },
      quoteCharacter = '\0')
  void theServersWordsAreTheReasonAndTheWebSocketIsClosed(String message, String reason) {
    Wire wire = opened("/", null);
    line.did.clear();
    receive(wire, message);
    wire.closed(1005, "");
    assertThat(heard.get(1)).isEqualTo("ended CLOSED " + reason.replace("''", ""));
    assertThat(line.did).containsExactly("close");
  }

  @Test
  void aServerOfSomethingElseIsLeft() {
    Wire wire = wire("/", null);
    wire.open(new OneLine());
    wire.opened(line);
    receive(wire, "0[]");
    assertThat(heard).hasSize(1);
    assertThat(heard.getFirst()).startsWith("ended CLOSED no Engine.IO server: ");
    assertThat(line.did).containsExactly("close");
  }

  @Test
  void aCloseWithoutAWordIsToldAsAClose() {
    opened("/", null).closed(1001, "going away");
    assertThat(heard.getLast()).isEqualTo("ended CLOSED closed by the server (1001 going away)");
  }

  @Test
  void whatIsNotAnsweredOrBreaksMayNotHaveBeenNoticed() {
    Wire wire = opened("/", null);
    wire.failed(new java.net.SocketTimeoutException("nothing heard for 500 ms"));
    assertThat(heard.getLast())
        .isEqualTo("ended SILENT no answer: SocketTimeoutException: nothing heard for 500 ms");
    wire.failed(new java.io.EOFException("end of the stream"));
    assertThat(heard.getLast())
        .isEqualTo("ended CUT connection lost: EOFException: end of the stream");
    Wire other = wire("/", null);
    other.failed(new java.io.EOFException("end of the stream"));
    assertThat(heard.getLast())
        .isEqualTo("ended CLOSED cannot connect: EOFException: end of the stream");
    other.refused(403);
    assertThat(heard.getLast())
        .isEqualTo("ended CLOSED answered 403 instead of opening a WebSocket");
  }

  @Test
  void goodbyeLeavesTheNamespaceFirst() {
    Wire wire = opened("/agents", null);
    line.did.clear();
    wire.sayGoodbye();
    assertThat(line.did).containsExactly("41/agents,", "close");
  }

  @Test
  void aLineThatIsOpenedAfterTheConnectionWasGivenUpEndsAtOnce() {
    Wire wire = wire("/", null);
    wire.cancel();
    wire.open(new OneLine());
    assertThat(line.did).containsExactly("cancel");
  }

  private final class Recorder implements Wire.Events {
    @Override
    public void opened(Handshake handshake) {
      heard.add("opened");
    }

    @Override
    public void joined() {
      heard.add("joined");
    }

    @Override
    public void acknowledged(int id) {
      heard.add("acknowledged " + id);
    }

    @Override
    public void caughtUp() {
      heard.add("caught up");
    }

    @Override
    public void timePassed() {
      heard.add("time passed");
    }

    @Override
    public void ended(Ending ending) {
      heard.add("ended " + ending.kind() + " " + ending.why());
    }
  }

  private final class OneLine implements Network {
    @Override
    public Line open(URI address, Map<String, String> headers, Listener listener) {
      line.asked = address + " " + headers;
      return line;
    }

    @Override
    public Answer ask(URI address, Map<String, String> headers, Duration longest) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class RecordingLine implements Network.Line {
    private final List<String> did = new ArrayList<>();
    private String asked = "";

    @Override
    public boolean send(byte[]... parts) {
      var all = new ByteArrayOutputStream();
      for (byte[] each : parts) {
        all.writeBytes(each);
      }
      did.add(all.toString(UTF_8));
      return true;
    }

    @Override
    public long queuedBytes() {
      return 0;
    }

    @Override
    public void expect(Duration longestSilence) {
      did.add("expect " + longestSilence.toMillis());
    }

    @Override
    public void close() {
      did.add("close");
    }

    @Override
    public void cancel() {
      did.add("cancel");
    }
  }
}
