package dev.evenkeel.server;

import dev.evenkeel.server.extension.OutputLimit;
import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Keeps an extension that logs without end from taking the console, and the time, of the others.
 */
@LoggingFilter(name = "extension-lines")
public final class ExtensionLineFilter implements Filter {

  @Override
  public boolean isLoggable(LogRecord line) {
    OutputLimit limit = OutputLimit.ofThisThread();
    return limit == null || limit.admits();
  }
}
