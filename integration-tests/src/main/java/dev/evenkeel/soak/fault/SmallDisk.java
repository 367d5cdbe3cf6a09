package dev.evenkeel.soak.fault;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own for a data folder, in memory. Only root may make one. */
record SmallDisk(Path folder) {

  static SmallDisk mount(Path folder, int megabytes) throws IOException {
    Files.createDirectories(folder);
    RootCommand.run(
        "mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "evenkeel", folder.toString());
    return new SmallDisk(folder);
  }

  void remount(String how) throws IOException {
    RootCommand.run("mount", "-o", "remount," + how, folder.toString());
  }

  /** Takes all the space that is left. */
  void fill() throws IOException {
    byte[] block = new byte[64 << 10];
    try (OutputStream out = Files.newOutputStream(filler())) {
      for (int size = block.length; size >= 1; size /= 2) {
        writeUntilFull(out, block, size);
      }
    }
  }

  private static void writeUntilFull(OutputStream out, byte[] block, int size) throws IOException {
    try {
      while (true) {
        out.write(block, 0, size);
      }
    } catch (IOException e) {
      String message = e.getMessage();
      if (message == null || !message.contains("No space left")) {
        throw e;
      }
    }
  }

  /** Gives the space back. */
  void free() throws IOException {
    Files.delete(filler());
  }

  private Path filler() {
    return folder.resolve("filler");
  }

  void unmount() throws IOException {
    RootCommand.run("umount", "--lazy", folder.toString());
  }
}
