package dev.evenkeel.recipes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Tells a chat when an agent wants something. Nobody waits for the chat. */
public final class ChatWebhookExtension implements Extension {

  record Config(String url, int queue) {
    Config() {
      this("", 100);
    }
  }

  private static final System.Logger LOG = System.getLogger("chat-webhook");

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private Thread sender;
  private boolean failing; // only the sender looks at it

  @Override
  public void start(ExtensionContext context) {
    Config config = context.config(Config.class);
    if (config.url().isEmpty()) {
      return; // nothing registered: it costs nothing
    }
    URI chat = URI.create(config.url());
    BlockingQueue<String> waiting = new ArrayBlockingQueue<>(config.queue());
    context.process(
        EventKind.NOTIFICATION,
        (event, emission) -> {
          String text = event.text("message");
          if (text != null && !waiting.offer(text)) {
            emission.attach("chat", "skipped: " + config.queue() + " messages are waiting");
          }
        });
    sender = Thread.ofVirtual().name("chat-webhook").start(() -> sendAll(chat, waiting));
  }

  private void sendAll(URI chat, BlockingQueue<String> waiting) {
    try {
      while (true) {
        send(chat, waiting.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // stop() asks for it
    }
  }

  private void send(URI chat, String text) throws InterruptedException {
    String body = JsonNodeFactory.instance.objectNode().put("text", text).toString();
    HttpRequest request =
        HttpRequest.newBuilder(chat)
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    String failure = null;
    try {
      int status = http.send(request, BodyHandlers.discarding()).statusCode();
      failure = status < 300 ? null : "it answered " + status;
    } catch (IOException e) {
      failure = e.toString();
    }
    if (failure != null && !failing) { // once, and not for each message
      LOG.log(System.Logger.Level.WARNING, "The chat cannot be told: " + failure);
    }
    failing = failure != null;
  }

  @Override
  public void stop() {
    if (sender != null) {
      sender.interrupt();
    }
    http.shutdownNow();
  }
}
