package dev.evenkeel.bench.extension;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Measures. {@code bin/evenkeel bench --extensions} runs it; arguments are those of JMH. */
public final class ExtensionsBench {

  private ExtensionsBench() {}

  /** Runs it: short by default, so that it takes some two minutes. */
  public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
    var options =
        new OptionsBuilder()
            .parent(new CommandLineOptions(arguments))
            .include("dev\\.evenkeel\\.bench\\.extension\\..*")
            .forks(1)
            .jvmArgsAppend("-XX:+UseSerialGC", "-Xmx192m", "--sun-misc-unsafe-memory-access=allow")
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(1))
            .timeUnit(TimeUnit.NANOSECONDS);
    var _ = new Runner(options.build()).run();
  }
}
