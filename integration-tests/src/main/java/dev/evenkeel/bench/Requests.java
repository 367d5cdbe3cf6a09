package dev.evenkeel.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Recorded events as whole HTTP requests, over and over, each pass with new ids of its session and
 * its tool calls, so that every event is a new one. For one connection.
 */
final class Requests {

  private static final String HOLE = "@@@@@@@@@@@@";
  private static final JsonMapper JSON = new JsonMapper();
  private static final AtomicLong PASSES = new AtomicLong(System.nanoTime() & 0xffffffffL);

  /** A request with places for the number of the pass. */
  private record Template(byte[] bytes, int[] holes) {}

  // Mutable state, owned by the thread of the connection
  private final List<Template> templates;
  private int next;
  private byte[] pass = newPass();

  private Requests(List<Template> templates) {
    this.templates = templates;
  }

  /** Requests of the events in these files, to this path. */
  static Requests of(List<Path> files, String path) throws IOException {
    var templates = new ArrayList<Template>();
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        templates.add(template((ObjectNode) JSON.readTree(line), path));
      }
    }
    return new Requests(templates);
  }

  private static Template template(ObjectNode event, String path) throws IOException {
    addHole(event, "session_id");
    addHole(event, "tool_use_id");
    byte[] body = JSON.writeValueAsBytes(event);
    byte[] head =
        ("POST "
                + path
                + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Content-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(ISO_8859_1);
    byte[] request = new byte[head.length + body.length];
    System.arraycopy(head, 0, request, 0, head.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    String text = new String(request, ISO_8859_1);
    var holes = new ArrayList<Integer>();
    for (int at = text.indexOf(HOLE); at >= 0; at = text.indexOf(HOLE, at + HOLE.length())) {
      holes.add(at);
    }
    return new Template(request, holes.stream().mapToInt(Integer::intValue).toArray());
  }

  private static void addHole(ObjectNode event, String field) {
    if (event.has(field)) {
      event.put(field, event.get(field).asText() + '-' + HOLE);
    }
  }

  private static byte[] newPass() {
    String number = Long.toString(PASSES.incrementAndGet(), 36);
    return ("0".repeat(HOLE.length() - number.length()) + number).getBytes(ISO_8859_1);
  }

  /** The next request. */
  ByteBuffer next() {
    if (next == templates.size()) {
      next = 0;
      pass = newPass();
    }
    Template template = templates.get(next++);
    for (int hole : template.holes()) {
      System.arraycopy(pass, 0, template.bytes(), hole, pass.length);
    }
    return ByteBuffer.wrap(template.bytes());
  }

  /** How large a request is on average, in bytes. */
  long averageBytes() {
    return (long) templates.stream().mapToInt(each -> each.bytes().length).average().orElse(0);
  }
}
