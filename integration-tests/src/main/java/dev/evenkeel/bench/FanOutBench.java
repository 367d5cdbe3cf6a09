package dev.evenkeel.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Deliveries a second to Socket.IO clients: by the hub, which takes each event in, keeps it,
 * processes and publishes it first, beside a Node server that only parses it and passes it on. Both
 * get the same recorded events over HTTP, 100 at a time, from the same sender, in turns, and both
 * have the same clients.
 */
final class FanOutBench {

  private static final int[] CLIENTS = {1, 20, 200};

  /** Deliveries of one run; the events are so many fewer, the more clients there are. */
  private static final int DELIVERIES = 100_000;

  private static final int MOST_EVENTS = 10_000;
  private static final int LEAST_EVENTS = 500;
  private static final int AT_ONCE = 100;
  private static final String HUB_PATH = "/hooks/bench/batch";
  private static final String NODE_PATH = "/batch";
  private static final JsonMapper JSON = new JsonMapper();

  private final int hubPort;
  private final int pairs;
  private final List<String> events;

  FanOutBench(int hubPort, int pairs, List<Path> files) throws IOException {
    this.hubPort = hubPort;
    this.pairs = pairs;
    this.events = new ArrayList<>();
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        // Without it no event is taken for the same as an earlier one.
        var event = (ObjectNode) JSON.readTree(line);
        event.remove("tool_use_id");
        events.add(event.toString());
      }
    }
  }

  /** Runs it, prints a table and returns the figures. */
  ArrayNode run() throws IOException {
    ArrayNode figures = JSON.createArrayNode();
    System.out.println("fan-out, deliveries a second (median of " + pairs + " in turns)");
    System.out.println("  clients     events          hub         node   hub/node");
    try (var node = new NodeFanOut()) {
      for (int clients : CLIENTS) {
        figures.add(compare(clients, node.port()));
      }
    }
    return figures;
  }

  private ObjectNode compare(int clients, int nodePort) throws IOException {
    int count = Math.clamp(DELIVERIES / clients, LEAST_EVENTS, MOST_EVENTS);
    var hub = new ArrayList<Double>();
    var node = new ArrayList<Double>();
    var ratios = new ArrayList<Double>();
    // The first of each is for warming up.
    for (int turn = 0; turn <= pairs; turn++) {
      double byNode = deliveries(nodePort, NODE_PATH, clients, count);
      double byHub = deliveries(hubPort, HUB_PATH, clients, count);
      if (turn > 0) {
        node.add(byNode);
        hub.add(byHub);
        ratios.add(byHub / byNode);
      }
    }
    System.out.printf(
        "  %7d %10d %12.0f %12.0f   %8.2f%n",
        clients, count, median(hub), median(node), median(ratios));
    return JSON.createObjectNode()
        .put("clients", clients)
        .put("events", count)
        .put("hubPerSecond", median(hub))
        .put("nodePerSecond", median(node))
        .put("medianRatio", median(ratios));
  }

  private double deliveries(int port, String path, int clients, int count) throws IOException {
    var readers = new ArrayList<FanOutClient>();
    try (var sender = HttpConnection.to(port)) {
      for (int i = 0; i < clients; i++) {
        readers.add(FanOutClient.join(port));
      }
      long start = System.nanoTime();
      for (int sent = 0; sent < count; sent += AT_ONCE) {
        HttpConnection.Answer answer =
            sender.post(path, lines(sent, Math.min(count, sent + AT_ONCE)));
        if (answer.status() != 200 || answer.text().contains("\"error\"")) {
          throw new IOException(path + " answered " + answer);
        }
      }
      for (FanOutClient each : readers) {
        each.awaitEvents(count);
      }
      return (double) clients * count / ((System.nanoTime() - start) / 1e9);
    } finally {
      for (FanOutClient each : readers) {
        each.close();
      }
    }
  }

  private byte[] lines(int from, int to) {
    var lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append(events.get(i % events.size())).append('\n');
    }
    return lines.toString().getBytes(UTF_8);
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
