package dev.evenkeel.it;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A browser's tab, driven over the Chrome DevTools Protocol. It notes every request, every
 * violation of the page's policy, and everything that the browser or the page calls an error.
 */
final class Tab {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Told as a console error as well; here with what was blocked. */
  private static final String NOTE_VIOLATIONS =
      """
      document.addEventListener('securitypolicyviolation', (v) =>
        console.error('policy: ' + v.violatedDirective + ' ' + v.blockedURI + ' ' + v.sample));
      """;

  private final WebSocket socket;
  private final AtomicInteger lastCommand = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> commands = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final List<String> networkErrors = new CopyOnWriteArrayList<>();

  Tab(HttpClient http, URI address) {
    socket = http.newWebSocketBuilder().buildAsync(address, new Reader()).join();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      command(domain + ".enable", Map.of());
    }
    command("Page.addScriptToEvaluateOnNewDocument", Map.of("source", NOTE_VIOLATIONS));
  }

  /** Goes to an address and waits until its document and modules have run. */
  void open(String url) {
    JsonNode answer = command("Page.navigate", Map.of("url", url));
    if (answer.has("errorText")) {
      throw new IllegalStateException(url + ": " + answer.get("errorText").asText());
    }
    await("the document is complete")
        .atMost(PATIENCE)
        .until(() -> evaluate("document.readyState").asText().equals("complete"));
  }

  /** The value of an expression, or of what it promises. */
  JsonNode evaluate(String expression) {
    JsonNode answer =
        command(
            "Runtime.evaluate",
            Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  /** The text of the first element that fits, or nothing. */
  String text(String selector) {
    return evaluate("document.querySelector(" + quoted(selector) + ")?.innerText ?? ''").asText();
  }

  /** How many elements fit. */
  int count(String selector) {
    return evaluate("document.querySelectorAll(" + quoted(selector) + ").length").asInt();
  }

  /** Waits until an expression is true. */
  void awaitTrue(String what, String expression) {
    await(what).atMost(PATIENCE).until(() -> evaluate("!!(" + expression + ")").asBoolean());
  }

  /** Presses a key and lets it go. */
  void press(String key) {
    var code = Map.of("Enter", 13, "Escape", 27, "Tab", 9, "ArrowDown", 40, "ArrowUp", 38);
    ObjectNode event = JSON.createObjectNode().put("key", key).put("code", key);
    event.put("windowsVirtualKeyCode", code.getOrDefault(key, 0));
    if (key.equals("Enter")) {
      event.put("text", "\r");
    }
    command("Input.dispatchKeyEvent", event.deepCopy().put("type", "keyDown"));
    command("Input.dispatchKeyEvent", event.put("type", "keyUp"));
  }

  /** Types text where the focus is. */
  void type(String text) {
    command("Input.insertText", Map.of("text", text));
  }

  /** Sets the size of the window, and whether the reader likes it dark. */
  void look(int width, int height, boolean isDark) {
    command(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    var scheme = Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light");
    command("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
  }

  /** Writes what is to be seen as a PNG. */
  void screenshot(Path file) {
    JsonNode answer = command("Page.captureScreenshot", Map.of("format", "png"));
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, Base64.getDecoder().decode(answer.get("data").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of the page's own objects after a collection. */
  long heapBytes() {
    command("HeapProfiler.collectGarbage", Map.of());
    return command("Runtime.getHeapUsage", Map.of()).get("usedSize").asLong();
  }

  /** The address of every request and websocket, in order. */
  List<String> requests() {
    return requests;
  }

  /** What was logged as an error, thrown, or blocked by the page's policy. */
  List<String> errors() {
    return errors;
  }

  /** What the browser logged of requests that failed. */
  List<String> networkErrors() {
    return networkErrors;
  }

  static String quoted(String text) {
    return JSON.getNodeFactory().textNode(text).toString();
  }

  private JsonNode command(String method, Object parameters) {
    int id = lastCommand.incrementAndGet();
    var answer = new CompletableFuture<JsonNode>();
    commands.put(id, answer);
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", JSON.valueToTree(parameters));
    socket.sendText(message.toString(), true).join();
    JsonNode came = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    if (came.has("error")) {
      throw new IllegalStateException(method + ": " + came.get("error"));
    }
    return came.path("result");
  }

  private void note(String event, JsonNode parameters) {
    switch (event) {
      case "Network.requestWillBeSent" ->
          requests.add(parameters.path("request").path("url").asText());
      case "Network.webSocketCreated" -> requests.add(parameters.path("url").asText());
      case "Runtime.exceptionThrown" -> errors.add(parameters.toString());
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "warning", "assert").contains(parameters.path("type").asText())) {
          errors.add(parameters.path("args").toString());
        }
      }
      case "Log.entryAdded" -> {
        JsonNode entry = parameters.path("entry");
        boolean isOfNetwork = entry.path("source").asText().equals("network");
        if (List.of("error", "warning").contains(entry.path("level").asText())) {
          (isOfNetwork ? networkErrors : errors).add(entry.toString());
        }
      }
      default -> {
        // Of no interest
      }
    }
  }

  /** Puts the parts of messages together. */
  private final class Reader implements WebSocket.Listener {
    private final StringBuilder parts = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      parts.append(data);
      if (last) {
        JsonNode message = parse(parts.toString());
        parts.setLength(0);
        CompletableFuture<JsonNode> command = commands.remove(message.path("id").asInt(-1));
        if (command != null) {
          command.complete(message);
        } else {
          note(message.path("method").asText(), message.path("params"));
        }
      }
      from.request(1);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      commands.values().forEach(each -> each.completeExceptionally(error));
    }

    private static JsonNode parse(String text) {
      try {
        return JSON.readTree(text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
