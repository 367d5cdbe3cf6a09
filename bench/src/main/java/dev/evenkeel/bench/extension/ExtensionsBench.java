package dev.evenkeel.bench.extension;

import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Measures. {@code bin/evenkeel bench --extensions} runs it; arguments are those of JMH. */
public final class ExtensionsBench {

  private ExtensionsBench() {}

  /** Runs it: short by default, so that it takes some two minutes. */
  public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
    var asked = new CommandLineOptions(arguments);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .parent(asked)
            .forks(asked.getForkCount().orElse(1))
            .jvmArgsAppend("-XX:+UseSerialGC", "-Xmx192m", "--sun-misc-unsafe-memory-access=allow")
            .warmupIterations(asked.getWarmupIterations().orElse(3))
            .warmupTime(asked.getWarmupTime().orElse(TimeValue.seconds(1)))
            .measurementIterations(asked.getMeasurementIterations().orElse(5))
            .measurementTime(asked.getMeasurementTime().orElse(TimeValue.seconds(1)));
    if (asked.getIncludes().isEmpty()) {
      options = options.include("dev\\.evenkeel\\.bench\\.extension\\..*");
    }
    var _ = new Runner(options.build()).run();
  }
}
