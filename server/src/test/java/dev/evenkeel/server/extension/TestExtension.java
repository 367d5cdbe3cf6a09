package dev.evenkeel.server.extension;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** An extension that does what a test tells it. */
public record TestExtension(String name, Start onStart, Runnable onStop) implements Extension {

  /** What it does at the start. */
  @FunctionalInterface
  public interface Start {
    void start(ExtensionContext context) throws Exception;
  }

  public TestExtension(String name, Start onStart) {
    this(name, onStart, () -> {});
  }

  @Override
  public void start(ExtensionContext context) throws Exception {
    onStart.start(context);
  }

  @Override
  public void stop() {
    onStop.run();
  }

  /** Runs these, without settings and state. */
  public static Extensions running(Extension... extensions) {
    return new Extensions(
        List.of(extensions), Map.of(), map -> List.of(), limits -> limits, Clock.systemUTC());
  }
}
