package dev.evenkeel.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.List;

/**
 * The real Node Socket.IO server of the testbed, which counts at its own side what reaches it and
 * misbehaves on request. It runs in a container, or as a child process where that was asked for
 * with {@code -Dtestbed=process}. Its ports stay the same over {@link #kill} and {@link #start};
 * what it counted is forgotten then, except for what is in its journal.
 *
 * <p>Failures are unchecked: {@link IllegalStateException} where the server is not in the state
 * that a call needs, {@link java.io.UncheckedIOException} where it does not answer.
 */
public interface SocketIoServer extends AutoCloseable {

  /** What the server runs in. */
  enum Form {
    /** A container, from {@code testbed/socketio-server/Dockerfile}. */
    CONTAINER,
    /** A child process with this machine's Node. */
    PROCESS;

    /**
     * The form that {@code -Dtestbed} asks for: a container without one.
     *
     * @throws IllegalArgumentException when the property is neither {@code container} nor {@code
     *     process}
     */
    public static Form chosen() {
      return of("-Dtestbed=", System.getProperty("testbed", "container"));
    }

    /**
     * Chooses a form, as if {@code -Dtestbed} asked for it.
     *
     * @throws IllegalArgumentException when it is neither {@code container} nor {@code process}
     */
    public static void choose(String form) {
      Form _ = of("--testbed ", form);
      System.setProperty("testbed", form);
    }

    private static Form of(String asked, String form) {
      return switch (form) {
        case "container" -> CONTAINER;
        case "process" -> PROCESS;
        default ->
            throw new IllegalArgumentException(
                asked + form + " is no form of the testbed: container or process");
      };
    }
  }

  /**
   * A server that is still to be started, in the form that was chosen.
   *
   * @param name the name of the target, for messages
   * @param options options of {@code server.mjs}, as {@code --count-only}; not the ports
   */
  static SocketIoServer of(String name, String... options) {
    return of(Form.chosen(), name, List.of(options));
  }

  /** A server that is still to be started, in this form. */
  static SocketIoServer of(Form form, String name, List<String> options) {
    return switch (form) {
      case CONTAINER -> new NodeContainer(name, options);
      case PROCESS -> new NodeProcess(name, options);
    };
  }

  /**
   * A server that is still to be started and writes a journal into this folder of the machine.
   *
   * @param journal a folder of its own; it is made where it is missing
   */
  static SocketIoServer withJournal(String name, Path journal, String... options) {
    return switch (Form.chosen()) {
      case CONTAINER -> new NodeContainer(name, List.of(options)).journal(journal);
      case PROCESS -> new NodeProcess(name, List.of(options)).journal(journal);
    };
  }

  /** The same in a container, whatever was chosen: for what only a container has. */
  static SocketIoServer inContainer(String name, Path journal, List<String> options) {
    return new NodeContainer(name, options).journal(journal);
  }

  /** A started server as a child process, for suites to which a container adds nothing. */
  static SocketIoServer process() {
    return new NodeProcess("main", List.of()).start();
  }

  /** The name of the target. */
  String name();

  /** Starts it, on the same ports each time, and waits until it listens. */
  SocketIoServer start();

  /** Whether it runs. A paused one does. */
  boolean isAlive();

  /** Where it listens, as this machine reaches it. */
  default String url() {
    return "http://127.0.0.1:" + port();
  }

  /** The port of this machine on which it listens. */
  int port();

  /**
   * Where it listens, as a container reaches it, and this machine without a port mapping between.
   * The same after each start.
   */
  String bridgeUrl();

  /** The port of this machine for control. */
  int controlPort();

  /** Kills it: nothing is closed, and what was not acknowledged is gone. */
  void kill();

  /** Stops its process as it stands: its connections stay open, nothing is read or answered. */
  void pause();

  /** Goes on after a {@link #pause}. */
  void resume();

  /**
   * Cuts it off from the network. A container loses its network; a child process stops listening
   * and ends every connection, which is the nearest that it can do.
   */
  void cutNetwork();

  /** Gives it its network back. */
  void restoreNetwork();

  /** Its resident memory, in bytes. */
  long rssBytes();

  /** Ends it, whatever state it is in. Once more does nothing. */
  @Override
  void close();

  // ---- what the server can be asked and told; testbed/socketio-server/README.md has the list

  /** Counters since its last start: {@code joined}, {@code mostJoined}, {@code received} ... */
  default JsonNode state() {
    return control("GET", "/state", "");
  }

  /** The ids that came, in their order, by session, and how often. */
  default JsonNode record() {
    return control("GET", "/record", "");
  }

  /** The last 100 events, as they came. */
  default JsonNode latest() {
    return control("GET", "/latest", "");
  }

  /** Changes how it behaves: {@code {"acknowledge":"never"}}. */
  default void mode(String json) {
    JsonNode _ = control("PUT", "/mode", json);
  }

  /** Acknowledges after so many milliseconds; 0 at once. */
  default void acknowledgeAfter(int milliseconds) {
    mode("{\"acknowledge\":\"yes\",\"acknowledgeDelay\":" + milliseconds + "}");
  }

  /** Takes events and never acknowledges them. */
  default void neverAcknowledge() {
    mode("{\"acknowledge\":\"never\"}");
  }

  /** Reads one piece of each connection in so many milliseconds; 0 reads all at once. */
  default void readEvery(int milliseconds) {
    mode("{\"readEvery\":" + milliseconds + "}");
  }

  /** What it answers at its port from now on; connections that are open stay as they are. */
  default void answer(Answers answers) {
    mode("{\"answer\":\"" + answers.word + "\"}");
  }

  /** What a server says at its port. */
  enum Answers {
    /** Socket.IO. */
    NORMAL("normal"),
    /** A web page, and over WebSocket what is no Engine.IO. */
    GARBAGE("garbage"),
    /** A redirect to another address. */
    REDIRECT("redirect");

    private final String word;

    Answers(String word) {
      this.word = word;
    }
  }

  /** Asks for this token from now on. */
  default void requireToken(String token) {
    mode(JsonNodeFactory.instance.objectNode().put("token", token).toString());
  }

  /** Does what the testbed's README lists: {@code /disconnect}, {@code /reset-tcp} ... */
  default void command(String path) {
    JsonNode _ = control("POST", path, "");
  }

  /** Closes every connection in good order, and the port. */
  default void stopListening() {
    command("/stop");
  }

  /** Opens the port again after {@link #stopListening}. */
  default void listen() {
    command("/start");
  }

  /** Ends every connection without a word. */
  default void drop() {
    command("/drop");
  }

  private JsonNode control(String method, String path, String body) {
    return Control.ask(controlPort(), method, path, body);
  }
}
