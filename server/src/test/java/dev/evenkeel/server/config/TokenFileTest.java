package dev.evenkeel.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {

  @TempDir Path folder;

  @Test
  void aTokenIsMadeAtTheFirstStartAndKept() throws IOException {
    Path file = folder.resolve("data/token");
    String made = read(Map.of("EVENKEEL_TOKEN_FILE", "token")).access().token();

    assertThat(made).matches("[0-9a-f]{32}");
    assertThat(file).hasContent(made);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
    assertThat(read(Map.of("EVENKEEL_TOKEN_FILE", file.toString())).access().token())
        .isEqualTo(made);
    try (var files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aTokenThatIsGivenComesFirstAndNoneIsMade() {
    Settings settings = read(Map.of("EVENKEEL_TOKEN", "given", "EVENKEEL_TOKEN_FILE", "token"));
    assertThat(settings.access().token()).isEqualTo("given");
    assertThat(folder.resolve("data/token")).doesNotExist();
  }

  @Test
  void aTargetCanBeAskedForTheTokenThatTheServerMade() {
    Settings settings =
        read(
            Map.of(
                "EVENKEEL_TOKEN_FILE", "token",
                "EVENKEEL_TARGETS_MAIN_URL", "http://localhost:3000",
                "EVENKEEL_TARGETS_MAIN_TOKEN_FILE", "token"));
    assertThat(settings.targets().get("main").token())
        .isNotNull()
        .isEqualTo(settings.access().token());
  }

  @Test
  void aFileWithoutATokenIsToldWithItsSetting() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty"));
    assertThatThrownBy(() -> read(Map.of("EVENKEEL_TOKEN_FILE", empty.toString())))
        .hasMessageContaining("evenkeel.token-file")
        .hasMessageContaining(empty + ", which is empty");
    assertThatThrownBy(
            () ->
                read(
                    Map.of(
                        "EVENKEEL_TARGETS_MAIN_URL", "http://localhost:3000",
                        "EVENKEEL_TARGETS_MAIN_TOKEN_FILE", "/none/token")))
        .hasMessageContaining("evenkeel.targets.main.token-file")
        .hasMessageContaining("/none/token, which cannot be read");
  }

  private Settings read(Map<String, String> environment) {
    var sources = new Sources(folder);
    sources.variable("EVENKEEL_DATA_DIR", folder.resolve("data").toString());
    environment.forEach(sources::variable);
    return sources.read();
  }
}
