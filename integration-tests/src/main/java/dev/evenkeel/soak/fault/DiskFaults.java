package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import dev.evenkeel.soak.Scene;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.EvenkeelServer;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What becomes of the data folder. */
final class DiskFaults {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int DISK = 64;

  private DiskFaults() {}

  /** No space is left while so many events come in, and then there is again. */
  static Fault full(int events) {
    return new DiskFault(
        "data-volume-full",
        "the data volume (" + DISK + " MB) is full for " + events + " events, and freed",
        DISK,
        (disk, scene) -> {
          disk.fill();
          awaitUnlogged(scene);
          scene.awaitAccepted(events);
          scene.lifted();
          disk.free();
          awaitReady(scene);
        });
  }

  /** Waits until the server has noticed that the disk takes nothing. */
  static void awaitUnlogged(Scene scene) throws Exception {
    Waiting.until(SOON, "the status counts what the disk does not take", () -> unlogged(scene) > 0);
  }

  /** Waits until the server has noticed that the disk takes everything again. */
  static void awaitReady(Scene scene) throws Exception {
    Waiting.until(SOON, "the server is ready again", () -> isReady(scene.server()));
  }

  private static long unlogged(Scene scene) throws IOException {
    return History.status(scene.server().access()).get("unlogged").asLong();
  }

  private static boolean isReady(EvenkeelServer server) throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      return connection.get("/q/health/ready").status() == 200;
    }
  }

  /** The folder cannot be written while the server runs, and then it can. */
  static Fault readOnly(int events) {
    return new ReadOnlyFolder(events);
  }

  /** The folder cannot be written when the server is restarted, and then it can. */
  static Fault readOnlyAtStart() {
    return new DiskFault(
        "data-folder-read-only-at-start",
        "the server is restarted on a data folder that is read-only, refuses to start and says"
            + " what to do, and is started when it is writable again",
        DISK,
        (disk, scene) -> {
          EvenkeelProcess server = scene.process();
          EvenkeelFaults.stop(server);
          disk.remount("ro");
          String before = server.output();
          int code = server.spawn().awaitEnd();
          String said = server.output().substring(before.length());
          if (code == 0 || !said.contains("cannot be used") || !said.contains("data-dir")) {
            throw new IllegalStateException("it ended with " + code + " and said: " + said);
          }
          scene.lifted();
          disk.remount("rw");
          server.start();
        });
  }

  /** The file with the events is overwritten with noise while the server is down. */
  static Fault damaged() {
    return new PreparedDeed(
        "database-damaged",
        "the server is stopped, all pages of its database but the first are overwritten with"
            + " noise, and it is started: it sets the file aside and begins a new one",
        List.of(),
        stage -> {},
        scene -> {
          EvenkeelServer server = scene.server();
          if (scene instanceof Stage stage) {
            stage.stopHavingReadAll();
          } else {
            EvenkeelFaults.stop(server);
          }
          overwrite(server.dataDir().resolve("events.db"));
          scene.lifted();
          server.start();
          try (Stream<Path> files = Files.list(server.dataDir())) {
            if (files.noneMatch(file -> file.getFileName().toString().contains(".damaged-"))) {
              throw new IllegalStateException("the damaged file was not kept");
            }
          }
        });
  }

  private static void overwrite(Path file) throws IOException {
    try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] noise = new byte[4096];
      new Random(7).nextBytes(noise);
      bytes.seek(noise.length);
      for (long left = bytes.length() - noise.length; left > 0; left -= noise.length) {
        bytes.write(noise, 0, (int) Math.min(left, noise.length));
      }
    }
  }
}
