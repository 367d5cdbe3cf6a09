package dev.evenkeel.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * A file that holds a token, so that the secret stands in no setting and several programs can have
 * it: the server makes it at its first start, with 128 random bits, readable by its user only.
 */
final class TokenFile {

  private static final int BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private TokenFile() {}

  /**
   * The token in the file, without the line's end.
   *
   * @param key the setting that names the file, for messages
   * @throws InvalidSettingException when there is none
   */
  static String read(String key, Path file) {
    String token;
    try {
      token = Files.readString(file).strip();
    } catch (IOException e) {
      throw new InvalidSettingException(
          key, " names " + file + ", which cannot be read: " + reason(e));
    }
    if (token.isEmpty()) {
      throw new InvalidSettingException(
          key, " names " + file + ", which is empty; write a token into it, or remove it");
    }
    return token;
  }

  /**
   * The token in the file, which is made where it is missing.
   *
   * @param key the setting that names the file, for messages
   * @throws InvalidSettingException when there is no token, and none can be written
   */
  static String readOrMake(String key, Path file) {
    if (!Files.exists(file)) {
      try {
        make(file);
      } catch (IOException e) {
        throw new InvalidSettingException(
            key, " names " + file + ", which cannot be written: " + reason(e));
      }
    }
    return read(key, file);
  }

  /** Whole or not at all: a server that is killed here leaves no empty token. */
  private static void make(Path file) throws IOException {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.exists(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Path whole = Files.createTempFile(folder, "token", ".new"); // for its user only
    Files.writeString(whole, HexFormat.of().formatHex(bytes) + "\n");
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName();
  }
}
