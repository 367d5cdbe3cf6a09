package dev.evenkeel.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.TestExtension;
import dev.evenkeel.server.handler.Handler;
import dev.evenkeel.server.handler.HandlerConfig;
import dev.evenkeel.server.log.Damage;
import dev.evenkeel.server.log.OpenLog;
import java.nio.file.Path;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthChecksTest {

  @TempDir Path folder;

  private HealthCheckResponse readiness(OpenLog open) {
    Extensions none = TestExtension.running();
    var handler = new Handler(HandlerConfig.DEFAULT, open.log, none, open.clock);
    return new HealthChecks(open.log, handler).logIsWritable().call();
  }

  @Test
  void aDamagedLogIsNotReadyAndSaysWhy() throws Exception {
    // Given
    try (var open = new OpenLog(folder)) {
      open.append("s", "A", 10);
      assertThat(readiness(open).getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
      assertThat(readiness(open).getData()).isEmpty();
    }
    Damage.root(folder, "sessions");
    Damage.root(folder, "sqlite_autoindex_sessions_1");
    // When
    try (var open = new OpenLog(folder)) {
      open.append("s", "B", 1);
      // Then
      HealthCheckResponse told = readiness(open);
      assertThat(told.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
      assertThat(told.getData().orElseThrow().get("reason").toString()).contains("damaged");
    }
  }
}
