package dev.evenkeel.server.extension;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The folder of jars with extensions: what is copied in runs, what is copied over is exchanged,
 * what is removed goes. It looks a few times a second; a jar is taken when it has not changed
 * between two looks and is whole.
 */
public final class ExtensionsFolder implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ExtensionsFolder.class.getName());
  private static final Duration LOOK = Duration.ofMillis(300);

  /**
   * A jar that does not run, or whose new version does not.
   *
   * @param reason why, and what to do
   */
  public record RefusedJar(String file, Instant since, String reason) {}

  private final Path folder;
  private final Path privateFolder;
  private final Switchboard switchboard;
  private final Announcer announcer;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("extensions-folder").daemon().factory());

  // Mutable state, guarded by this
  private final Map<Path, TrackedJar> jars = new TreeMap<>();

  // Mutable state; written by the one who looks
  private volatile List<RefusedJar> refused = List.of();

  /**
   * A folder that is still to be looked into.
   *
   * @param folder need not be there
   * @param privateFolder for copies of the jars in use; whatever is in it is deleted
   */
  public ExtensionsFolder(
      Path folder, Path privateFolder, Switchboard switchboard, Announcer announcer, Clock clock) {
    this.folder = folder;
    this.privateFolder = privateFolder;
    this.switchboard = switchboard;
    this.announcer = announcer;
    this.clock = clock;
  }

  /** Takes what is there when the server starts. What cannot run is refused, and that is all. */
  public synchronized void takePresent() {
    emptyPrivateFolder();
    if (look()) {
      jars.values().forEach(TrackedJar::isStable);
      takeReady();
    }
  }

  private void emptyPrivateFolder() {
    if (!Files.isDirectory(privateFolder)) {
      return;
    }
    try (Stream<Path> old = Files.list(privateFolder)) {
      for (Path each : (Iterable<Path>) old::iterator) {
        Files.delete(each);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.log(System.Logger.Level.WARNING, "Old copies stay in {0}: {1}", privateFolder, e);
    }
  }

  /** Looks again and again from now on. */
  public void start() {
    var _ =
        timer.scheduleWithFixedDelay(
            this::lookAndTake, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private synchronized void lookAndTake() {
    try {
      if (look()) {
        takeReady();
        removeGone();
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "Looking into " + folder + " failed", e);
    }
  }

  /** Sees what is there. Returns false when that is not possible now: then nothing is gone. */
  private boolean look() {
    var there = new HashSet<Path>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path each : (Iterable<Path>) files::iterator) {
          if (isJar(each)) {
            jars.computeIfAbsent(each, TrackedJar::new).see(FileState.of(each));
            there.add(each);
          }
        }
      } catch (IOException | UncheckedIOException e) {
        LOG.log(System.Logger.Level.DEBUG, "{0} cannot be looked into now: {1}", folder, e);
        return false;
      }
    }
    jars.forEach(
        (file, jar) -> {
          if (!there.contains(file)) {
            jar.miss();
          }
        });
    return true;
  }

  private static boolean isJar(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".jar") && !name.startsWith(".") && Files.isRegularFile(file);
  }

  private void takeReady() {
    for (TrackedJar each : List.copyOf(jars.values())) {
      if (each.isReady()) {
        take(each);
      }
    }
    publish();
  }

  private void take(TrackedJar jar) {
    Set<String> replaceable = extensionsOfGone();
    String before = jar.extension();
    if (before != null) {
      replaceable.add(before);
    }
    try {
      String name = switchboard.exchange(replaceable, new OfJar(jar.file(), privateFolder));
      for (TrackedJar each : jars.values()) {
        if (!each.equals(jar) && name.equals(each.extension())) {
          each.handedOver();
        }
      }
      jar.taken(name);
      if (before != null && !before.equals(name)) {
        switchboard.remove(before);
      }
    } catch (RefusedException e) {
      if (e.getCause() instanceof WholeJar.IncompleteException && jar.mayBeBeingWritten()) {
        return;
      }
      refuse(jar, e.reason("copy the jar again"));
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "Taking " + jar.file() + " failed", e);
      refuse(jar, "taking it failed: " + Reason.of(e) + ". Copy the jar again to try again");
    }
  }

  private Set<String> extensionsOfGone() {
    var names = new HashSet<String>();
    jars.values().stream()
        .filter(TrackedJar::isMissing)
        .map(TrackedJar::extension)
        .filter(Objects::nonNull)
        .forEach(names::add);
    return names;
  }

  private void refuse(TrackedJar jar, String reason) {
    String file = jar.file().getFileName().toString();
    String before = jar.extension();
    boolean goesOn = before != null && switchboard.runs(before);
    String full = goesOn ? reason + ". The version before it goes on running" : reason;
    jar.refused(full, clock.instant());
    LOG.log(System.Logger.Level.WARNING, "{0} is refused: {1}", jar.file(), full);
    announcer.announce(
        "extension_refused",
        JsonNodeFactory.instance.objectNode().put("file", file).put("reason", full));
  }

  private void removeGone() {
    boolean someWent = false;
    for (TrackedJar each : List.copyOf(jars.values())) {
      if (each.isGone()) {
        jars.remove(each.file());
        String name = each.extension();
        if (name != null) {
          switchboard.remove(name);
          someWent = true;
        }
      }
    }
    if (someWent) {
      // Its name may be what kept another from running.
      jars.values().forEach(TrackedJar::tryAgain);
    }
    publish();
  }

  private void publish() {
    refused = jars.values().stream().map(TrackedJar::refusal).filter(Objects::nonNull).toList();
  }

  /** The jars that were refused. */
  public List<RefusedJar> refused() {
    return refused;
  }

  /** Whether every jar that is there runs. */
  public synchronized boolean allRun() {
    return jars.values().stream().allMatch(each -> each.extension() != null);
  }

  /** Looks no more. What runs goes on. */
  @Override
  public void close() {
    timer.shutdownNow();
  }
}
