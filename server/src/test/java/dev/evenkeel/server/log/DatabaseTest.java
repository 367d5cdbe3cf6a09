package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

  @TempDir Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileThatCannotBeOpenedStaysOpenForNobody() throws Exception {
    // Given
    Path file = folder.resolve("events.db");
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("CREATE TABLE t (c)");
      statement.execute("BEGIN IMMEDIATE");
      var database = new Database(file, 1 << 20, new TestClock());
      // When
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(database::openAgainForWriting).isInstanceOf(SQLException.class);
      }
    }
    // Then
    assertThat(openFiles(file)).isZero();
  }

  private static long openFiles(Path file) throws IOException {
    Path real = file.toRealPath();
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(each -> leadsTo(each, real)).count();
    }
  }

  private static boolean leadsTo(Path descriptor, Path file) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (IOException e) {
      return false;
    }
  }
}
