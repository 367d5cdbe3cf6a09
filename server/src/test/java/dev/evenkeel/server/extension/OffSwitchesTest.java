package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OffSwitchesTest {

  @TempDir Path folder;

  @Test
  void theLastWordOutlastsARestart() {
    Path file = folder.resolve("switches.txt");
    OffSwitches switches = OffSwitches.in(file);
    assertThat(switches.of("tools")).isNull();
    assertThat(switches.set("tools", false)).isTrue();
    assertThat(switches.set("redact", false)).isTrue();
    assertThat(switches.set("redact", true)).isTrue();
    OffSwitches again = OffSwitches.in(file);
    assertThat(again.of("tools")).isFalse();
    assertThat(again.of("redact")).isTrue();
    assertThat(again.of("prompts")).isNull();
  }

  @Test
  void whereItCannotBeWrittenItHoldsUntilTheEndAndSaysSo() throws IOException {
    Path file = folder.resolve("gone").resolve("switches.txt");
    OffSwitches switches = OffSwitches.in(file);
    assertThat(switches.set("tools", false)).isFalse();
    assertThat(switches.of("tools")).isFalse();
    assertThat(Files.exists(file)).isFalse();
  }
}
