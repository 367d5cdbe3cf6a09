package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testbed.PrometheusProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Each alert of docker-compose.yml is raised when it is to be, and not before and not otherwise.
 */
@DisabledIfSystemProperty(named = "testbed", matches = "process")
class AlertsTest {

  private static final Path FOLDER = Path.of("..", "deploy", "prometheus");
  private static final Path TESTS = FOLDER.resolve("alerts-test.yml");
  private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
  private static final Pattern RAISED = Pattern.compile("alertname: (\\w+)\\s+exp_alerts:");
  private static final Pattern NOT_RAISED = Pattern.compile("alertname: (\\w+) }");

  @Test
  void alertsAreRaisedByWhatTheyAreForAndByNothingElse() {
    PrometheusProcess.testRules(TESTS);
  }

  @Test
  void everyAlertIsTestedBothWays() throws IOException {
    List<String> alerts = all(ALERT, FOLDER.resolve("alerts.yml"));
    assertThat(alerts).hasSizeGreaterThan(8);
    assertThat(all(RAISED, TESTS)).containsAll(alerts);
    assertThat(all(NOT_RAISED, TESTS)).containsAll(alerts);
  }

  private static List<String> all(Pattern pattern, Path file) throws IOException {
    var found = new ArrayList<String>();
    for (Matcher each = pattern.matcher(Files.readString(file)); each.find(); ) {
      found.add(each.group(1));
    }
    return found;
  }
}
