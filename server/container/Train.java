import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Prepares what the image holds beside the application, while it is built: SQLite's library is
 * unpacked, and a run of the server trains the start-up cache. In Java, because the image of the
 * runtime need not have a shell.
 */
final class Train {

  private static final Path HOME = Path.of("/opt/evenkeel");
  private static final Path CACHE = HOME.resolve("evenkeel.aot");
  private static final String URL = "http://127.0.0.1:8765";
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  public static void main(String... arguments) throws Exception {
    unpackSqlite();
    Files.createDirectories(Path.of("/opt/empty"));
    train();
  }

  private static void unpackSqlite() throws IOException {
    String machine =
        switch (System.getProperty("os.arch")) {
          case "amd64" -> "x86_64";
          case String other -> other;
        };
    Path jar;
    try (var jars = Files.walk(HOME.resolve("app/lib"))) {
      jar = jars.filter(each -> each.toString().contains("sqlite-jdbc")).findFirst().orElseThrow();
    }
    Path target = Files.createDirectories(HOME.resolve("native")).resolve("libsqlitejdbc.so");
    try (var inside = FileSystems.newFileSystem(jar)) {
      Files.copy(inside.getPath("org/sqlite/native/Linux", machine, "libsqlitejdbc.so"), target);
    }
  }

  private static void train() throws Exception {
    var builder =
        new ProcessBuilder(
            HOME.resolve("jre/bin/java").toString(),
            "@" + HOME.resolve("jvm.options"),
            "@" + HOME.resolve("container.options"),
            // What a cache keeps of C2 has C2 compete with the next start for the cores
            "-XX:TieredStopAtLevel=1",
            "-XX:AOTCacheOutput=" + CACHE,
            "-jar",
            HOME.resolve("app/quarkus-run.jar").toString());
    builder
        .environment()
        .put("EVENKEEL_DATA_DIR", Files.createTempDirectory("training").toString());
    builder.environment().put("QUARKUS_HTTP_HOST", "127.0.0.1");
    Process server = builder.inheritIO().start();
    try (var client = HttpClient.newHttpClient()) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!isReady(client)) {
        if (!server.isAlive() || System.nanoTime() > deadline) {
          throw new IllegalStateException("the server does not start");
        }
        Thread.sleep(100);
      }
      for (String event : List.of("SessionStart", "UserPromptSubmit", "PreToolUse", "Stop")) {
        ask(
            client,
            "/hooks/claude-code",
            "{\"session_id\":\"s\",\"hook_event_name\":\"" + event + "\"}");
      }
      ask(client, "/api/status", null);
      ask(client, "/api/events", null);
      ask(client, "/q/metrics", null);
    }
    server.destroy();
    if (!server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || !Files.exists(CACHE)) {
      server.destroyForcibly();
      throw new IllegalStateException("no start-up cache was made");
    }
  }

  private static boolean isReady(HttpClient client) throws InterruptedException {
    try {
      return ask(client, "/q/health/ready", null) == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static int ask(HttpClient client, String path, String body)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(URL + path)).timeout(Duration.ofSeconds(10));
    if (body != null) {
      request.header("Content-Type", "application/json");
      request.POST(HttpRequest.BodyPublishers.ofString(body));
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }
}
