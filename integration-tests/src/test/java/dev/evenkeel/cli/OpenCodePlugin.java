package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The plugin that {@code settings opencode} prints, loaded by Node as opencode would load it. */
final class OpenCodePlugin {

  private static final String HEAD =
      """
      import { Evenkeel } from './evenkeel.mjs';
      const hooks = await Evenkeel({ directory: process.argv[2] });
      const bus = (type, properties) => hooks.event({ event: { type, properties } });
      """;

  private OpenCodePlugin() {}

  /** Runs a script that uses the plugin's hooks, and returns what it prints. */
  static String run(Script script, Path folder, String body) throws Exception {
    var printed = script.run("settings", "opencode");
    assertThat(printed.exitCode()).isZero();
    Files.writeString(folder.resolve("evenkeel.mjs"), printed.output());
    Files.writeString(folder.resolve("opencode.mjs"), HEAD + body);
    var builder = new ProcessBuilder("node", "opencode.mjs", folder.toString());
    builder.directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().remove("EVENKEEL_URL");
    builder.environment().remove("EVENKEEL_TOKEN");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
