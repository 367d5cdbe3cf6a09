package dev.evenkeel.server.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.TestExtension;
import dev.evenkeel.server.guard.GuardConfig;
import dev.evenkeel.server.guard.Guards;
import dev.evenkeel.server.log.EventLog;
import dev.evenkeel.server.log.EventLog.Appended;
import dev.evenkeel.server.log.LogConfig;
import dev.evenkeel.server.log.SqliteEventLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** An intake on a real log. */
final class IntakeFixture implements AutoCloseable {

  final MemoryBudget budget;
  final SqliteEventLog log;
  final Extensions extensions;
  final Intake intake;

  IntakeFixture(
      Path dir,
      MemoryBudget budget,
      Ticker ticker,
      Function<SqliteEventLog, EventLog> before,
      Extension... extensions)
      throws SQLException {
    this.budget = budget;
    this.log =
        new SqliteEventLog(
            new LogConfig(dir.resolve("events.db"), 256 << 20, Duration.ofDays(1), 1 << 20),
            budget,
            Clock.systemUTC());
    this.extensions = TestExtension.running(extensions);
    this.intake =
        new Intake(
            before.apply(log),
            budget,
            this.extensions::filters,
            new Guards(
                this.extensions::guardsOf, new GuardConfig(Duration.ofSeconds(60), Map.of())),
            Clock.systemUTC(),
            ticker);
  }

  IntakeFixture(Path dir, Extension... extensions) throws SQLException {
    this(dir, new MemoryBudget(64 << 20), Ticker.systemTicker(), log -> log, extensions);
  }

  /** The log, whose appends go through something else first. */
  static EventLog appendingThrough(
      SqliteEventLog log, Function<HookEvent, CompletableFuture<Appended>> append) {
    return (EventLog)
        Proxy.newProxyInstance(
            EventLog.class.getClassLoader(),
            new Class<?>[] {EventLog.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("append")) {
                return append.apply((HookEvent) arguments[0]);
              }
              try {
                return method.invoke(log, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  CompletableFuture<Intake.Outcome> post(String json) {
    return intake.take(Intake.of("claude-code", null), json.getBytes(UTF_8));
  }

  static Intake.Outcome outcome(CompletableFuture<Intake.Outcome> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  /** The next events that were kept. */
  List<HookEvent> kept(int count) throws InterruptedException {
    var events = new ArrayList<HookEvent>();
    while (events.size() < count) {
      events.add(log.take().event());
    }
    return events;
  }

  @Override
  public void close() {
    intake.close();
    extensions.close();
    log.close();
  }
}
