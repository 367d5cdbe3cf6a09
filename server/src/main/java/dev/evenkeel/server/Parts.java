package dev.evenkeel.server;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.handler.Handler;
import dev.evenkeel.server.handler.HandlerConfig;
import dev.evenkeel.server.intake.BatchDoor;
import dev.evenkeel.server.intake.Doorkeeper;
import dev.evenkeel.server.intake.Intake;
import dev.evenkeel.server.log.LogConfig;
import dev.evenkeel.server.log.SqliteEventLog;
import dev.evenkeel.server.query.History;
import dev.evenkeel.server.query.ServerStatus;
import dev.evenkeel.server.query.SessionList;
import dev.evenkeel.server.watch.MemoryWatch;
import dev.evenkeel.server.watch.ProcessProbe;
import dev.evenkeel.server.watch.Receivers;
import dev.evenkeel.server.watch.WatchConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.eclipse.microprofile.config.ConfigProvider;

/** Makes the parts once, in the order of the way of an event, and starts and stops them. */
@ApplicationScoped
public class Parts {

  private final Clock clock = Clock.systemUTC();
  private final MemoryBudget budget;
  private final SqliteEventLog log;
  private final Extensions extensions;
  private final Handler handler;
  private final Intake intake;
  private final MemoryWatch watch;
  private final ServerStatus status;

  Parts() throws IOException, SQLException {
    Path dir =
        Path.of(
            ConfigProvider.getConfig()
                .getOptionalValue("evenkeel.data-dir", String.class)
                .orElse(System.getProperty("user.home") + "/.evenkeel"));
    Files.createDirectories(dir);
    budget = new MemoryBudget(64 << 20);
    log =
        new SqliteEventLog(
            new LogConfig(dir.resolve("events.db"), 512L << 20, Duration.ofDays(7), 8 << 20),
            budget,
            clock);
    List<Extension> found =
        ServiceLoader.load(Extension.class).stream().map(ServiceLoader.Provider::get).toList();
    extensions = new Extensions(found, Map.of(), log::loadState, limits -> limits, clock);
    log.onRecovery(extensions::snapshot);
    handler = new Handler(HandlerConfig.DEFAULT, log, extensions, clock);
    intake = new Intake(log, budget, extensions.filters(), clock);
    Receivers receivers = Receivers.NONE;
    watch =
        new MemoryWatch(
            WatchConfig.DEFAULT,
            new ProcessProbe(receivers::connections),
            log::publishServerEvent,
            this::freeMemory,
            clock);
    status =
        new ServerStatus(
            new ServerStatus.Sources(intake, log, handler, extensions, budget, watch, receivers),
            ConfigProvider.getConfig().getValue("quarkus.application.version", String.class),
            clock);
  }

  void start(@Observes StartupEvent event) {
    handler.start();
    watch.start();
  }

  private void freeMemory() {
    handler.cleanUp();
    log.yieldMemory();
  }

  void stop(@Observes ShutdownEvent event) {
    watch.close();
    intake.close();
    handler.close();
    extensions.close();
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
    return new History(log, (int) Math.min(8 << 20, budget.capacity() / 8));
  }

  @Produces
  @Singleton
  SessionList sessions() {
    return new SessionList(log);
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
    return new Doorkeeper(null, List.of(), List.of());
  }
}
