package dev.evenkeel.it;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A headless Chromium with a profile of its own, as a child process. */
final class Chromium implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private static final List<String> FLAGS =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--disable-dev-shm-usage",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--remote-debugging-port=0");

  private final Process process;
  private final Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  /** Starts one that keeps its profile in this folder, and opens an empty tab. */
  Chromium(Path folder, String... flags) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    var command = new ArrayList<String>(List.of(executable()));
    command.addAll(FLAGS);
    command.addAll(List.of(flags));
    command.add("--user-data-dir=" + folder.resolve("profile"));
    command.add("about:blank");
    var builder = new ProcessBuilder(command);
    builder.environment().putAll(Map.of("TZ", "UTC", "LC_ALL", "C.UTF-8"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(folder.resolve("chromium.log").toFile());
    process = builder.start();
  }

  /** {@code CHROMIUM}, which {@code bin/evenkeel test} sets, or the first one on the path. */
  private static String executable() {
    String given = System.getenv("CHROMIUM");
    if (given != null && !given.isBlank()) {
      return given;
    }
    String path = System.getenv("PATH");
    return Stream.of((path == null ? "" : path).split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "this test needs Chromium: run bin/evenkeel test, which installs it or says"
                        + " what to install, or set CHROMIUM to a browser's path"));
  }

  /** The tab that is open from the start. */
  Tab tab() {
    Path port = folder.resolve("profile").resolve("DevToolsActivePort");
    await("Chromium is up; its output is in " + folder.resolve("chromium.log"))
        .atMost(PATIENCE)
        .until(() -> Files.exists(port) && Files.readAllLines(port).size() > 1);
    try {
      String address = "http://127.0.0.1:" + Files.readAllLines(port).getFirst() + "/json/list";
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(address)).build(),
              HttpResponse.BodyHandlers.ofString());
      for (JsonNode target : JSON.readTree(answer.body())) {
        if (target.path("type").asText().equals("page")) {
          return new Tab(http, URI.create(target.path("webSocketDebuggerUrl").asText()));
        }
      }
      throw new IllegalStateException("Chromium has no tab: " + answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.shutdownNow();
  }
}
