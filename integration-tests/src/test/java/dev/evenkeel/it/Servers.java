package dev.evenkeel.it;

import dev.evenkeel.testbed.EvenkeelProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Makes servers, ends them after the test or the class that made them, and adds what they wrote to
 * a failure.
 */
final class Servers
    implements TestExecutionExceptionHandler,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback {

  private final List<EvenkeelProcess> made = new ArrayList<>();
  private int ofTheClass;

  /** A server that is still to be started. */
  EvenkeelProcess on(Path dataDir) {
    return remember(EvenkeelProcess.on(dataDir));
  }

  /** The same with its output in this file. */
  EvenkeelProcess on(Path dataDir, Path output) {
    return remember(EvenkeelProcess.on(dataDir, output));
  }

  private EvenkeelProcess remember(EvenkeelProcess server) {
    made.add(server);
    return StartUpCache.FILE.map(server::withStartUpCache).orElse(server);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    for (EvenkeelProcess each : made) {
      String what = each.isAlive() ? "runs" : "does not run";
      failure.addSuppressed(
          new AssertionError("the server " + what + "; it wrote at last:\n" + each.outputTail()));
    }
    throw failure;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    ofTheClass = made.size();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<EvenkeelProcess> ofTheTest = made.subList(ofTheClass, made.size());
    ofTheTest.forEach(EvenkeelProcess::close);
    ofTheTest.clear();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    made.forEach(EvenkeelProcess::close);
  }
}
