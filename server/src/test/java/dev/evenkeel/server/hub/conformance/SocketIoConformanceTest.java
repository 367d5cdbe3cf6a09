package dev.evenkeel.server.hub.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.server.hub.engineio.EngineConfig;
import dev.evenkeel.server.hub.socketio.SocketConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The cases of the Socket.IO protocol's public conformance suite, under their names, over both
 * transports. What that suite says of Engine.IO is in {@link EngineIoConformanceTest}.
 */
@DisplayName("Socket.IO protocol")
class SocketIoConformanceTest {

  private static final String TWO_PLACEHOLDERS =
      "{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}";

  private static ConformanceServer server;

  @BeforeAll
  static void start() {
    server =
        ConformanceServer.socketIo(
            EngineConfig.DEFAULT, SocketConfig.DEFAULT, ConformanceServer.ECHO, 0);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A client over one of the transports that has joined the main namespace. */
  private static Wire joined(Wire.Kind kind) throws Exception {
    Wire wire = kind.open(server);
    wire.send("40");
    checkJoined("40", wire.nextText());
    assertThat(wire.next()).isEqualTo("42[\"auth\",{}]");
    return wire;
  }

  private static void checkJoined(String prefix, String answer) throws Exception {
    assertThat(answer).startsWith(prefix);
    JsonNode handshake = new JsonMapper().readTree(answer.substring(prefix.length()));
    assertThat(handshake.size()).isEqualTo(1);
    assertThat(handshake.get("sid").asText()).isNotEmpty();
  }

  private static long closedBy(String reason) {
    return server.engine().status().closed().getOrDefault(reason, 0L);
  }

  @Nested
  @DisplayName("connect")
  class Connect {

    @ParameterizedTest
    @EnumSource
    @DisplayName("should allow connection to the main namespace")
    void main(Wire.Kind kind) throws Exception {
      joined(kind).close();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("should allow connection to the main namespace with a payload")
    void mainWithAuth(Wire.Kind kind) throws Exception {
      try (var wire = kind.open(server)) {
        wire.send("40{\"token\":\"123\"}");
        checkJoined("40", wire.nextText());
        assertThat(wire.next()).isEqualTo("42[\"auth\",{\"token\":\"123\"}]");
      }
    }

    @ParameterizedTest
    @CsvSource({"POLLING, '40/custom,'", "WEBSOCKET, '40/custom,'", "POLLING, 40/custom"})
    @DisplayName("should allow connection to a custom namespace")
    void custom(Wire.Kind kind, String packet) throws Exception {
      try (var wire = kind.open(server)) {
        wire.send(packet);
        checkJoined("40/custom,", wire.nextText());
        assertThat(wire.next()).isEqualTo("42/custom,[\"auth\",{}]");
      }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("should allow connection to a custom namespace with a payload")
    void customWithAuth(Wire.Kind kind) throws Exception {
      try (var wire = kind.open(server)) {
        wire.send("40/custom,{\"token\":\"abc\"}");
        checkJoined("40/custom,", wire.nextText());
        assertThat(wire.next()).isEqualTo("42/custom,[\"auth\",{\"token\":\"abc\"}]");
      }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("should disallow connection to an unknown namespace")
    void unknown(Wire.Kind kind) throws Exception {
      try (var wire = kind.open(server)) {
        wire.send("40/random");
        assertThat(wire.next()).isEqualTo("44/random,{\"message\":\"Invalid namespace\"}");
      }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("should disallow connection with an invalid handshake")
    void invalid(Wire.Kind kind) throws Exception {
      try (var wire = kind.open(server)) {
        wire.send("4abc");
        wire.awaitClosed();
      }
    }

    @Test
    @DisplayName("should close the connection if no handshake is received")
    void connectTimeout() throws Exception {
      try (var hasty =
              ConformanceServer.socketIo(
                  EngineConfig.DEFAULT, ConformanceServer.SOCKET, ConformanceServer.ECHO, 0);
          var wire = Wire.Kind.WEBSOCKET.open(hasty)) {
        wire.awaitClosed();
        assertThat(hasty.engine().status().closed()).containsEntry("connect timeout", 1L);
      }
    }
  }

  @Nested
  @DisplayName("disconnect")
  class Disconnect {

    @ParameterizedTest
    @EnumSource
    @DisplayName("should disconnect from the main namespace")
    void main(Wire.Kind kind) throws Exception {
      try (var wire = joined(kind)) {
        wire.send("41");
        wire.send("40/custom"); // the connection is still there
        checkJoined("40/custom,", wire.nextText());
      }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("should connect then disconnect from a custom namespace")
    void custom(Wire.Kind kind) throws Exception {
      try (var wire = joined(kind)) {
        wire.send("40/custom");
        checkJoined("40/custom,", wire.nextText());
        assertThat(wire.next()).isEqualTo("42/custom,[\"auth\",{}]");

        wire.send("41/custom");
        wire.send("42[\"message\",\"message to main namespace\"]");

        assertThat(wire.next()).isEqualTo("42[\"message-back\",\"message to main namespace\"]");
      }
    }
  }

  @Nested
  @DisplayName("message")
  class Message {

    @ParameterizedTest
    @EnumSource
    @DisplayName("should send a plain-text packet")
    void text(Wire.Kind kind) throws Exception {
      try (var wire = joined(kind)) {
        wire.send("42[\"message\",1,\"2\",{\"3\":[true]}]");
        assertThat(wire.next()).isEqualTo("42[\"message-back\",1,\"2\",{\"3\":[true]}]");
      }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("should send a packet with binary attachments")
    void binary(Wire.Kind kind) throws Exception {
      try (var wire = joined(kind)) {
        wire.send("452-[\"message\"," + TWO_PLACEHOLDERS + "]");
        wire.send(new byte[] {1, 2, 3});
        wire.send(new byte[] {4, 5, 6});

        assertThat(wire.next()).isEqualTo("452-[\"message-back\"," + TWO_PLACEHOLDERS + "]");
        assertThat(wire.next()).isEqualTo(new byte[] {1, 2, 3});
        assertThat(wire.next()).isEqualTo(new byte[] {4, 5, 6});
      }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("should send a plain-text packet with an ack")
    void textWithAck(Wire.Kind kind) throws Exception {
      try (var wire = joined(kind)) {
        wire.send("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]");
        assertThat(wire.next()).isEqualTo("43456[1,\"2\",{\"3\":[false]}]");
      }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("should send a packet with binary attachments and an ack")
    void binaryWithAck(Wire.Kind kind) throws Exception {
      try (var wire = joined(kind)) {
        wire.send("452-789[\"message-with-ack\"," + TWO_PLACEHOLDERS + "]");
        wire.send(new byte[] {1, 2, 3});
        wire.send(new byte[] {4, 5, 6});

        assertThat(wire.next()).isEqualTo("462-789[" + TWO_PLACEHOLDERS + "]");
        assertThat(wire.next()).isEqualTo(new byte[] {1, 2, 3});
        assertThat(wire.next()).isEqualTo(new byte[] {4, 5, 6});
      }
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "4abc", // unknown packet type
          "42{}", // invalid payload format
          "42abc[\"message-with-ack\",1,\"2\",{\"3\":[false]}]", // invalid ack id
          "4",
          "47",
          "42",
          "42[]",
          "42[{}]",
          "42[\"disconnect\"]",
          "42[\"a\"] ,",
          "42/custom,[\"message\"]", // not joined
          "40", // joined already
          "40/custom,[]",
          "41{}",
          "43[]",
          "44{}",
          "45[\"message\"]",
          "45-[\"message\"]",
          "459999999999-[\"message\"]",
          "4565-[\"message\"]", // more attachments than are taken
          "451-[\"message\",{\"_placeholder\":true,\"num\":0}]\u001e42[\"message\"]",
          "451-[\"message\",{\"_placeholder\":true,\"num\":1}]\u001ebAQID",
          "451-[\"message\",{\"_placeholder\":true,\"num\":-1}]\u001ebAQID",
          "bAQID", // where none is due
        })
    @DisplayName("should close the connection upon invalid format")
    void invalid(String packets) throws Exception {
      for (Wire.Kind kind : Wire.Kind.values()) {
        try (var wire = joined(kind)) {
          long before = closedBy("parse error");
          wire.sendAll(packets);
          wire.awaitClosed();
          await().until(() -> closedBy("parse error") > before);
        }
      }
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "[\"\\u0000ü€😀\\\"\"]",
          "[{\"a\":{\"b\":[null,{}]}}]",
          "[{\"_placeholder\":false}]"
        })
    @DisplayName("should send arguments back as they came")
    void asTheyCame(String arguments) throws Exception {
      try (var wire = joined(Wire.Kind.WEBSOCKET)) {
        wire.send("421[\"message-with-ack\"," + arguments.substring(1));
        assertThat(new JsonMapper().readTree(wire.nextText().substring(3)))
            .isEqualTo(new JsonMapper().readTree(arguments));
      }
    }

    @Test
    @DisplayName("should send numbers back with all their digits")
    void exactNumbers() throws Exception {
      try (var wire = joined(Wire.Kind.WEBSOCKET)) {
        wire.send("421[\"message-with-ack\",1.0,1E+400,123456789012345678901234567890,-0.5]");
        assertThat(wire.next()).isEqualTo("431[1.0,1E+400,123456789012345678901234567890,-0.5]");
      }
    }

    @Test
    @DisplayName("should send binary attachments at any depth")
    void deepBinary() throws Exception {
      try (var wire = joined(Wire.Kind.WEBSOCKET)) {
        wire.send("451-[\"message\",{\"a\":[{\"_placeholder\":true,\"num\":0},1]}]");
        wire.send(new byte[] {1});
        assertThat(wire.next())
            .isEqualTo("451-[\"message-back\",{\"a\":[{\"_placeholder\":true,\"num\":0},1]}]");
        assertThat(wire.next()).isEqualTo(new byte[] {1});
      }
    }
  }
}
