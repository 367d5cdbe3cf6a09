package dev.evenkeel.server.watch;

import dev.evenkeel.server.handler.Handler;
import dev.evenkeel.server.log.SqliteEventLog;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** Whether the server lives, and whether it keeps what it takes. */
@Singleton
public class HealthChecks {

  private final SqliteEventLog log;
  private final Handler handler;

  @Inject
  HealthChecks(SqliteEventLog log, Handler handler) {
    this.log = log;
    this.handler = handler;
  }

  /** Without the writer no agent is answered: only a new start helps. */
  @Produces
  @Singleton
  @Liveness
  HealthCheck writerLives() {
    return () -> HealthCheckResponse.named("log-writer").status(log.isAlive()).build();
  }

  /** Without the dispatcher nothing is published: only a new start helps. */
  @Produces
  @Singleton
  @Liveness
  HealthCheck handlerLives() {
    return () -> HealthCheckResponse.named("handler").status(handler.isAlive()).build();
  }

  /** While the disk fails events go on from memory and are not kept; damage lasts to a restart. */
  @Produces
  @Singleton
  @Readiness
  HealthCheck logIsWritable() {
    return () -> {
      var response = HealthCheckResponse.named("log-writable").status(log.isWritable());
      String damage = log.damage();
      return damage == null
          ? response.build()
          : response.withData("reason", "damaged, restart to begin a new log: " + damage).build();
    };
  }
}
