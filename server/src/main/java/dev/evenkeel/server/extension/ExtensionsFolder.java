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
import org.jspecify.annotations.Nullable;

/**
 * The folder of jars with extensions: what is copied in runs, what is copied over is exchanged,
 * what is removed goes. It looks a few times a second; a jar is taken when it has not changed
 * between two looks and is whole. They are taken one after the other, but one that hangs is left on
 * its thread, and the others go on.
 */
public final class ExtensionsFolder implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ExtensionsFolder.class.getName());
  private static final Duration LOOK = Duration.ofMillis(300);

  /** After so long a jar that is being taken, or that goes, holds up the others no more. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Longer than it takes to make two of one name and to start one. */
  private static final Duration LONGEST = RunningExtension.START.multipliedBy(4);

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

  // Mutable state, guarded by this, which nobody holds while an extension is called or waited for
  private final Set<Thread> underWay = new HashSet<>();
  private boolean closed;
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
  public void takePresent() {
    emptyPrivateFolder();
    if (look()) {
      allAreStable();
      takeReady();
      for (Thread each : threadsUnderWay()) {
        await(each, LONGEST);
      }
    }
  }

  private synchronized void allAreStable() {
    jars.values().forEach(TrackedJar::isStable);
  }

  private synchronized List<Thread> threadsUnderWay() {
    return List.copyOf(underWay);
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

  /** One look. */
  void lookAndTake() {
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
  private synchronized boolean look() {
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
    for (TrackedJar each : known()) {
      if (begin(each)) {
        takeOnItsThread(each);
      }
    }
  }

  private void takeOnItsThread(TrackedJar jar) {
    try {
      run(() -> take(jar));
    } catch (OutOfMemoryError e) {
      end(jar); // no thread is to be had now; the next look tries again
      throw e;
    }
  }

  private synchronized List<TrackedJar> known() {
    return List.copyOf(jars.values());
  }

  private synchronized boolean begin(TrackedJar jar) {
    boolean isReady = jar.isReady();
    if (isReady) {
      jar.begin();
    }
    return isReady;
  }

  /** Runs this on a thread of its own, and waits for it a moment: usually that is all it takes. */
  private void run(Runnable work) {
    Thread thread =
        Thread.ofPlatform()
            .name("extensions-folder")
            .daemon()
            .unstarted(
                () -> {
                  try {
                    work.run();
                  } finally {
                    forget(Thread.currentThread());
                  }
                });
    synchronized (this) {
      if (closed) {
        return;
      }
      underWay.add(thread);
    }
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      forget(thread);
      throw e;
    }
    await(thread, PATIENCE);
  }

  private static void await(Thread thread, Duration atMost) {
    try {
      thread.join(atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void forget(Thread thread) {
    underWay.remove(thread);
  }

  private void take(TrackedJar jar) {
    try {
      exchange(jar);
    } catch (RefusedException e) {
      if (!(e.getCause() instanceof WholeJar.IncompleteException && mayBeBeingWritten(jar))) {
        refuse(jar, e.reason("copy the jar again"));
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "Taking " + jar.file() + " failed", e);
      refuse(jar, "taking it failed: " + Reason.of(e) + ". Copy the jar again to try again");
    } finally {
      end(jar);
    }
  }

  private void exchange(TrackedJar jar) throws RefusedException {
    var origin = new OfJar(jar.file(), privateFolder);
    Origin.Made made = origin.make();
    Set<String> replaceable;
    try {
      replaceable = replaceableBy(jar, made.introduction().name());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      made.release().run();
      throw new RefusedException("the server stops", e);
    }
    String name = switchboard.exchange(replaceable, origin, made);
    String before = taken(jar, name);
    if (before != null && !before.equals(name)) {
      remove(before);
    }
  }

  /** What this jar may replace, when no other one is being taken whose extension has its name. */
  private synchronized Set<String> replaceableBy(TrackedJar jar, String name)
      throws InterruptedException {
    jar.isNamed(name);
    while (jars.values().stream().anyMatch(each -> each.brings(name))) {
      wait();
    }
    jar.comesAs(name);
    Set<String> replaceable = extensionsOfGone();
    String before = jar.extension();
    if (before != null) {
      replaceable.add(before);
    }
    return replaceable;
  }

  /** Returns the extension that the jar held before, or null. */
  private synchronized @Nullable String taken(TrackedJar jar, String name) {
    for (TrackedJar each : jars.values()) {
      if (!each.equals(jar) && name.equals(each.extension())) {
        each.handedOver();
      }
    }
    String before = jar.extension();
    jar.taken(name);
    return before;
  }

  private synchronized void end(TrackedJar jar) {
    jar.end();
    publish();
    notifyAll();
  }

  private synchronized boolean mayBeBeingWritten(TrackedJar jar) {
    return jar.mayBeBeingWritten();
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
    String full = refused(jar, reason);
    String file = jar.file().getFileName().toString();
    LOG.log(System.Logger.Level.WARNING, "{0} is refused: {1}", jar.file(), full);
    announcer.announce(
        "extension_refused",
        JsonNodeFactory.instance.objectNode().put("file", file).put("reason", full));
  }

  private synchronized String refused(TrackedJar jar, String reason) {
    String before = jar.extension();
    boolean goesOn = before != null && switchboard.runs(before);
    String full = goesOn ? reason + ". The version before it goes on running" : reason;
    jar.refused(full, clock.instant());
    return full;
  }

  private void removeGone() {
    for (TrackedJar each : known()) {
      if (letGo(each)) {
        String name = each.extension();
        if (name != null) {
          run(() -> remove(name));
        }
      }
    }
  }

  /** One whose extension another jar takes over, or may do so, is kept until that is decided. */
  private synchronized boolean letGo(TrackedJar jar) {
    String name = jar.extension();
    boolean goes =
        jar.isGone()
            && (name == null || jars.values().stream().noneMatch(each -> each.mayBring(name)));
    if (goes) {
      jars.remove(jar.file());
      publish();
    }
    return goes;
  }

  private void remove(String name) {
    try {
      switchboard.remove(name);
    } finally {
      tryAgain();
    }
  }

  /** The name of one that went may be what kept another from running. */
  private synchronized void tryAgain() {
    jars.values().forEach(TrackedJar::tryAgain);
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
    synchronized (this) {
      closed = true;
      underWay.forEach(Thread::interrupt);
    }
  }
}
