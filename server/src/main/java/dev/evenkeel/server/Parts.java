package dev.evenkeel.server;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.config.Settings;
import dev.evenkeel.server.config.SettingsProducer;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.ExtensionsFolder;
import dev.evenkeel.server.extension.LimitedOutput;
import dev.evenkeel.server.extension.OfClassPath;
import dev.evenkeel.server.extension.OffSwitches;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.extension.Switchboard;
import dev.evenkeel.server.guard.GuardConfig;
import dev.evenkeel.server.guard.Guards;
import dev.evenkeel.server.handler.Handler;
import dev.evenkeel.server.handler.HandlerConfig;
import dev.evenkeel.server.hub.Hub;
import dev.evenkeel.server.hub.HubConfig;
import dev.evenkeel.server.hub.engineio.Engine;
import dev.evenkeel.server.hub.engineio.EngineConfig;
import dev.evenkeel.server.hub.engineio.WaitingBytes;
import dev.evenkeel.server.hub.socketio.SocketConfig;
import dev.evenkeel.server.hub.socketio.SocketServer;
import dev.evenkeel.server.intake.BatchDoor;
import dev.evenkeel.server.intake.Doorkeeper;
import dev.evenkeel.server.intake.Intake;
import dev.evenkeel.server.log.LogConfig;
import dev.evenkeel.server.log.LogRefusedException;
import dev.evenkeel.server.log.Publication;
import dev.evenkeel.server.log.SqliteEventLog;
import dev.evenkeel.server.log.StateChange;
import dev.evenkeel.server.page.PageFiles;
import dev.evenkeel.server.query.History;
import dev.evenkeel.server.query.LastEvents;
import dev.evenkeel.server.query.ServerStatus;
import dev.evenkeel.server.query.SessionList;
import dev.evenkeel.server.query.SlowClients;
import dev.evenkeel.server.query.TextPages;
import dev.evenkeel.server.target.Acknowledge;
import dev.evenkeel.server.target.PoolConfig;
import dev.evenkeel.server.target.TargetConfig;
import dev.evenkeel.server.target.TargetMetrics;
import dev.evenkeel.server.target.Targets;
import dev.evenkeel.server.target.netty.NettyNetwork;
import dev.evenkeel.server.text.IndexLimits;
import dev.evenkeel.server.text.TextIndex;
import dev.evenkeel.server.watch.MemoryWatch;
import dev.evenkeel.server.watch.ProcessProbe;
import dev.evenkeel.server.watch.WatchConfig;
import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Makes the parts once, in the order of the way of an event, and starts and stops them. It is no
 * {@code ApplicationScoped} bean: those have a proxy, which would make all parts a second time.
 */
@Singleton
public class Parts {

  private static final System.Logger LOG = System.getLogger(Parts.class.getName());

  /** What a shell calls a wrong usage. */
  private static final int EXIT_CODE = 2;

  /** What recent events may take in memory for receivers that keep up: a quarter of the budget. */
  private static final int TAIL_SHARE = 4;

  private static final long MAX_TAIL_BYTES = 2L << 20;

  private static final Duration LONGEST_SEARCH = Duration.ofSeconds(3);

  /** How long what was handed in may take to be written. */
  private static final Duration WRITE = Duration.ofSeconds(5);

  private final Settings settings;
  private final Vertx vertx;
  private final Clock clock = Clock.systemUTC();
  private final MemoryBudget budget;
  private final DataFolder folder;
  private final SqliteEventLog log;
  private final TextIndex textIndex;
  private final Extensions extensions;
  private final ExtensionsFolder jars;
  private final Handler handler;
  private final Intake intake;
  private final Targets targets;
  private final Doorkeeper doorkeeper;
  private final Hub hub;
  private final Engine engine;
  private final MemoryWatch watch;
  private final ServerStatus status;
  private final LimitedOutput output = LimitedOutput.install();

  // Mutable state; any thread
  private volatile boolean started;

  @Inject
  Parts(Settings settings, SettingsProducer again, Vertx vertx) {
    this.settings = settings;
    this.vertx = vertx;
    folder = takeFolder(settings.dataDir());
    try {
      budget = new MemoryBudget(settings.memoryBudget());
      log = openLog();
      textIndex = textIndex();
      extensions = startExtensions(again::read);
      log.onRecovery(extensions::snapshot);
      targets = targets(); // before what jars say when they start, so that a new target gets it
      jars = takeJars();
      handler = new Handler(handlerConfig(), log, extensions, clock);
      intake = new Intake(log, budget, extensions::filters, guards(), clock);
      extensions.onRetired(intake::renewThreads);
      doorkeeper = doorkeeper(settings.access());
      hub = hub();
      var waiting = new WaitingBytes(budget);
      engine =
          new Engine(
              EngineConfig.DEFAULT,
              waiting,
              new SocketServer(SocketConfig.DEFAULT, waiting, Map.of("/", hub)));
      watch = watch();
      status =
          new ServerStatus(
              new ServerStatus.Sources(
                  intake,
                  log,
                  textIndex,
                  handler,
                  extensions,
                  budget,
                  watch,
                  new ReceiverViews(targets, hub, engine)),
              version(),
              clock);
    } catch (IllegalArgumentException | LogRefusedException e) {
      folder.close();
      throw refused(e);
    }
  }

  private static DataFolder takeFolder(Path folder) {
    try {
      return DataFolder.take(folder);
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  /**
   * Ends a start that cannot succeed with one line for the user: an exception would be printed with
   * a stack trace in which that line is lost. Nothing runs yet that would have to be stopped.
   */
  private static RuntimeException refused(RuntimeException why) {
    if (LaunchMode.current() == LaunchMode.NORMAL) {
      System.err.println("Evenkeel cannot start: " + why.getMessage());
      Runtime.getRuntime().halt(EXIT_CODE);
    }
    return why;
  }

  private SqliteEventLog openLog() {
    Path data = settings.dataDir();
    var config =
        new LogConfig(
            data.resolve("events.db"),
            settings.log().maxBytes(),
            settings.log().maxAge(),
            Math.min(MAX_TAIL_BYTES, settings.memoryBudget() / TAIL_SHARE));
    try {
      return new SqliteEventLog(config, budget, clock);
    } catch (SQLException e) {
      throw DataFolder.unusable(data, e);
    }
  }

  private TextIndex textIndex() {
    var index =
        new TextIndex(
            settings.dataDir().resolve("text-index.db"),
            settings.log().textSearch()
                ? IndexLimits.of(settings.log().maxBytes())
                : IndexLimits.OFF,
            log);
    log.countBeside(index::bytes);
    return index;
  }

  private Extensions startExtensions(Supplier<Settings> again) {
    return new Extensions(
        OfClassPath.all(),
        new Switchboard.Setup(
            () -> again.get().extensions(),
            settings.extensionsOrder(),
            this::lastState,
            of ->
                new RunningExtension.LimitsOf(
                    of.extension(),
                    of.map(),
                    settings.state().limitsOf(of.extension(), of.limits())),
            OffSwitches.in(settings.dataDir().resolve("extension-switches.txt")),
            log::publishServerEvent,
            clock));
  }

  private ExtensionsFolder takeJars() {
    var jars =
        new ExtensionsFolder(
            settings.extensionsDir(),
            settings.dataDir().resolve("running-extensions"),
            extensions.switchboard(),
            log::publishServerEvent,
            clock);
    jars.takePresent();
    extensions.checkConfigured(!jars.allRun());
    return jars;
  }

  /** What the last version of an extension kept, when all is written that it handed in. */
  private List<StateChange> lastState(String map) {
    if (started) {
      var written = new CountDownLatch(1);
      log.publish(Publication.of(List.of(), List.of(), clock.instant()), written::countDown);
      try {
        boolean _ = written.await(WRITE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return log.loadState(map);
  }

  private HandlerConfig handlerConfig() {
    HandlerConfig usual = HandlerConfig.DEFAULT;
    return new HandlerConfig(
        usual.deadline(),
        usual.window(),
        Math.min(usual.windowBytes(), settings.memoryBudget() / TAIL_SHARE),
        settings.state().cleanupIntervalEvents(),
        settings.debug());
  }

  private Guards guards() {
    Settings.Guards wanted = settings.guards();
    return new Guards(extensions::guardsOf, new GuardConfig(wanted.deadline(), wanted.deadlines()));
  }

  private Targets targets() {
    List<TargetConfig> configs =
        settings.targets().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(
                each ->
                    new TargetConfig(
                        each.getKey(),
                        each.getValue().url(),
                        each.getValue().token(),
                        each.getValue().namespace(),
                        Acknowledge.valueOf(each.getValue().acknowledge().name())))
            .toList();
    PoolConfig pool =
        PoolConfig.DEFAULT
            .withMaxConnections(settings.pool().maxConnections())
            .withCleanupInterval(settings.pool().cleanupInterval());
    return new Targets(
        configs,
        pool,
        new NettyNetwork(((VertxInternal) vertx).getEventLoopGroup(), pool.connectTimeout()),
        log,
        log,
        log::countAfter,
        budget,
        settings.debug() ? new ConnectionNotes() : TargetMetrics.NONE,
        new SplittableRandom());
  }

  private static Doorkeeper doorkeeper(Settings.Access access) {
    return new Doorkeeper(
        access.token(), access.allowedHosts(), access.allowedOrigins(), PageFiles.paths());
  }

  private Hub hub() {
    return new Hub(
        HubConfig.within(settings.memoryBudget()),
        new Hub.Parts(
            log,
            new LastEvents(log),
            new HubInbox(intake, budget),
            doorkeeper::knowsToken,
            budget,
            version(),
            () -> ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class)),
        clock);
  }

  private static String version() {
    return ConfigProvider.getConfig().getValue("quarkus.application.version", String.class);
  }

  private MemoryWatch watch() {
    Settings.Watch wanted = settings.watch();
    return new MemoryWatch(
        new WatchConfig(
            wanted.enabled(), wanted.interval(), wanted.alertThreshold(), wanted.autoCleanup()),
        new ProcessProbe(targets::connections),
        log::publishServerEvent,
        this::freeMemory,
        clock);
  }

  private void freeMemory() {
    handler.cleanUp();
    log.yieldMemory();
  }

  void start(@Observes StartupEvent event) {
    started = true;
    textIndex.start();
    handler.start();
    jars.start();
    targets.start();
    hub.start();
    watch.start();
    LOG.log(
        System.Logger.Level.INFO,
        "Events are kept in {0}; targets: {1}",
        settings.dataDir(),
        settings.targets().isEmpty() ? "none" : settings.targets());
  }

  void stop(@Observes ShutdownEvent event) {
    watch.close();
    jars.close();
    intake.close();
    handler.close();
    engine.close();
    hub.close();
    targets.close();
    extensions.close();
    textIndex.close();
    log.close();
    folder.close();
    output.close();
  }

  @Produces
  @Singleton
  MemoryBudget budget() {
    return budget;
  }

  @Produces
  @Singleton
  SqliteEventLog log() {
    return log;
  }

  @Produces
  @Singleton
  Handler handler() {
    return handler;
  }

  @Produces
  @Singleton
  History history() {
    return new History(log, pageBytes());
  }

  private int pageBytes() {
    return (int) Math.min(8 << 20, budget.capacity() / 8);
  }

  @Produces
  @Singleton
  @DefaultBean
  SlowClients slowClients() {
    return SlowClients.DEFAULT;
  }

  @Produces
  @Singleton
  TextPages textPages() {
    return new TextPages(log, textIndex, pageBytes(), LONGEST_SEARCH);
  }

  @Produces
  @Singleton
  SessionList sessions() {
    return new SessionList(log);
  }

  @Produces
  @Singleton
  Engine engine() {
    return engine;
  }

  @Produces
  @Singleton
  ServerStatus status() {
    return status;
  }

  @Produces
  @Singleton
  ExtensionsFolder jars() {
    return jars;
  }

  @Produces
  @Singleton
  Intake intake() {
    return intake;
  }

  @Produces
  @Singleton
  BatchDoor batches() {
    return new BatchDoor(intake, log, budget);
  }

  @Produces
  @Singleton
  Doorkeeper doorkeeper() {
    return doorkeeper;
  }
}
