package dev.evenkeel.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Real Socket.IO clients of Node, in a process of their own. For one thread. */
final class NodeClients implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final Process process;
  private final BufferedWriter commands;
  private final BufferedReader answers;

  private NodeClients(int port, String... options) throws IOException {
    var command =
        new ArrayList<>(List.of("node", "client.mjs", "--url", "http://127.0.0.1:" + port));
    command.addAll(List.of(options));
    var builder = new ProcessBuilder(command);
    builder.directory(Path.of("testbed", "socketio-client").toFile());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    process = builder.start();
    commands = process.outputWriter();
    answers = process.inputReader();
  }

  /** Clients that keep every message. */
  static NodeClients keeping(int port) throws IOException {
    return new NodeClients(port, "--keep");
  }

  /** Clients that count and check the order. */
  static NodeClients counting(int port) throws IOException {
    return new NodeClients(port);
  }

  /** Opens clients; what is asked is {@code {clients, auth, transports, headers}}. */
  NodeClients open(String asked) {
    say("{\"open\":" + asked + "}");
    return this;
  }

  /** Emits from the first client, and waits for the acknowledgement. */
  JsonNode emit(String arguments) {
    return say("{\"emit\":" + arguments + "}");
  }

  /** How many are connected, and what each got. */
  JsonNode state() {
    return say("{\"state\":0}");
  }

  /** What the client of this number got: arrays of a name and arguments. */
  List<JsonNode> messages(int number) {
    return say("{\"messages\":0}").get(number).valueStream().toList();
  }

  /** The argument of each message of this name that the first client got. */
  List<JsonNode> all(String name) {
    return messages(0).stream()
        .filter(message -> message.get(0).asText().equals(name))
        .map(message -> message.get(1))
        .toList();
  }

  /** Leaves with all of them. */
  void leave() {
    say("{\"close\":0}");
  }

  private JsonNode say(String command) {
    try {
      commands.write(command);
      commands.newLine();
      commands.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IOException("the clients' process has ended");
      }
      return JSON.readTree(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
