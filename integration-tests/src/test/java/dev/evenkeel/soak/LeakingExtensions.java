package dev.evenkeel.soak;

import dev.evenkeel.extension.testkit.ExtensionJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Extensions that leave something behind with each event, as jars. */
final class LeakingExtensions {

  /** Of an array, with compact object headers. */
  private static final int HEADER = 12;

  private LeakingExtensions() {}

  /** Keeps so many bytes of each event: an array, and its place in a list. */
  static Path bytes(Path folder, int perEvent) throws IOException {
    int length = perEvent - HEADER; // the place in the list is made before
    return jar(
        folder,
        "bytes",
        """
        private final Object[] kept = new Object[4_000_000];
        private int count;
        """,
        "kept[count++ %% kept.length] = new byte[%d];".formatted(length));
  }

  /** Leaves a thread with each so-manieth event. */
  static Path threads(Path folder, int events) throws IOException {
    return jar(
        folder,
        "threads",
        "private int count;",
        """
        if (++count %% %d == 0) {
          Thread.ofPlatform().name("leaked-" + count).daemon().start(() -> {
            while (true) { java.util.concurrent.locks.LockSupport.park(); }
          });
        }
        """
            .formatted(events));
  }

  /** Registers a listener for each session, and never removes one. */
  static Path listeners(Path folder) throws IOException {
    return jar(
        folder,
        "listeners",
        """
        interface Listener { void changed(String session); }
        private final java.util.Map<Object, Listener> listeners = new java.util.concurrent.ConcurrentHashMap<>();
        """,
        """
        listeners.computeIfAbsent(
            event.session(), session -> { var seen = new byte[2_000]; return changed -> seen[0]++; });
        """);
  }

  private static Path jar(Path folder, String name, String fields, String onEvent)
      throws IOException {
    Path jar = folder.resolve("leaking-" + name + ".jar");
    Files.write(
        jar,
        new ExtensionJar()
            .source(
                "demo.Leaking",
                """
                package demo;
                import dev.evenkeel.extension.*;
                public class Leaking implements Extension {
                  %s
                  @Override public String name() { return "leaking-%s"; }
                  @Override public void start(ExtensionContext context) {
                    context.process("*", (event, emission) -> { %s });
                  }
                }
                """
                    .formatted(fields, name, onEvent))
            .service("demo.Leaking")
            .bytes());
    return jar;
  }
}
