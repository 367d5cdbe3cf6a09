package dev.evenkeel.server;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.config.Settings;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.handler.Handler;
import dev.evenkeel.server.handler.HandlerConfig;
import dev.evenkeel.server.hub.Hub;
import dev.evenkeel.server.hub.HubConfig;
import dev.evenkeel.server.hub.engineio.Engine;
import dev.evenkeel.server.hub.engineio.EngineConfig;
import dev.evenkeel.server.hub.socketio.SocketConfig;
import dev.evenkeel.server.hub.socketio.SocketServer;
import dev.evenkeel.server.intake.BatchDoor;
import dev.evenkeel.server.intake.Doorkeeper;
import dev.evenkeel.server.intake.Intake;
import dev.evenkeel.server.log.LogConfig;
import dev.evenkeel.server.log.LogRefusedException;
import dev.evenkeel.server.log.SqliteEventLog;
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
import dev.evenkeel.server.text.IndexLimits;
import dev.evenkeel.server.text.TextIndex;
import dev.evenkeel.server.watch.MemoryWatch;
import dev.evenkeel.server.watch.ProcessProbe;
import dev.evenkeel.server.watch.WatchConfig;
import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
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

  private final Settings settings;
  private final Clock clock = Clock.systemUTC();
  private final MemoryBudget budget;
  private final SqliteEventLog log;
  private final TextIndex textIndex;
  private final Extensions extensions;
  private final Handler handler;
  private final Intake intake;
  private final Targets targets;
  private final Doorkeeper doorkeeper;
  private final Hub hub;
  private final Engine engine;
  private final MemoryWatch watch;
  private final ServerStatus status;

  @Inject
  Parts(Settings settings) {
    this.settings = settings;
    try {
      budget = new MemoryBudget(settings.memoryBudget());
      log = openLog();
      textIndex = textIndex();
      extensions = startExtensions();
      log.onRecovery(extensions::snapshot);
      handler = new Handler(handlerConfig(), log, extensions, clock);
      intake = new Intake(log, budget, extensions.filters(), clock);
      targets = targets();
      doorkeeper = doorkeeper(settings.access());
      hub = hub();
      engine =
          new Engine(
              EngineConfig.DEFAULT, new SocketServer(SocketConfig.DEFAULT, Map.of("/", hub)));
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
                  new ReceiverViews(targets, hub)),
              version(),
              clock);
    } catch (IllegalArgumentException | LogRefusedException e) {
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
    Path folder = settings.dataDir();
    var config =
        new LogConfig(
            folder.resolve("events.db"),
            settings.log().maxBytes(),
            settings.log().maxAge(),
            Math.min(MAX_TAIL_BYTES, settings.memoryBudget() / TAIL_SHARE));
    try {
      DataFolder.prepare(folder);
      return new SqliteEventLog(config, budget, clock);
    } catch (IOException | SQLException e) {
      throw new IllegalArgumentException(
          "The data folder "
              + folder
              + " cannot be used: "
              + e.getMessage()
              + ". Make it writable, or set evenkeel.data-dir to another one",
          e);
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

  private Extensions startExtensions() {
    List<Extension> found =
        ServiceLoader.load(Extension.class).stream().map(ServiceLoader.Provider::get).toList();
    return new Extensions(
        found,
        settings.extensions(),
        log::loadState,
        of ->
            new RunningExtension.LimitsOf(
                of.extension(), of.map(), settings.state().limitsOf(of.extension(), of.limits())),
        clock);
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
    textIndex.start();
    handler.start();
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
    intake.close();
    handler.close();
    engine.close();
    hub.close();
    targets.close();
    extensions.close();
    textIndex.close();
    log.close();
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
