package dev.evenkeel.soak.fault;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file system of its own for a data folder, in a file, whose files can be made read-only while
 * they are open. Only root may make one.
 *
 * <p>A mount cannot become read-only while a file of it is open for writing: the kernel answers
 * that it is busy, for a bind mount, too. A loop device that is made read-only refuses nothing. An
 * ext4 that remounts itself after an error refuses everything, and takes nothing again before it is
 * unmounted. What is left is the mark that nobody may change a file: ext4 looks at it at each
 * write, tmpfs only when a file is opened.
 */
record LoopDisk(Path folder) {

  /**
   * What SQLite maps into memory. A file system that becomes read-only leaves memory that is mapped
   * as it is; the mark ends a process that writes there.
   */
  private static final String MAPPED = "-shm";

  static LoopDisk mount(Path folder, Path image, int megabytes) throws IOException {
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength((long) megabytes << 20);
    }
    RootCommand.run("mkfs.ext4", "-q", "-F", image.toString());
    Files.createDirectories(folder);
    RootCommand.run("mount", "-o", "loop", image.toString(), folder.toString());
    return new LoopDisk(folder);
  }

  /** From now on no file can be written or made. */
  void seal() throws IOException {
    mark("+i");
  }

  /** From now on they can be again. */
  void unseal() throws IOException {
    mark("-i");
  }

  private void mark(String how) throws IOException {
    var command = new ArrayList<>(List.of("chattr", how, folder.toString()));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path each : files) {
        if (Files.isRegularFile(each) && !each.toString().endsWith(MAPPED)) {
          command.add(each.toString());
        }
      }
    }
    RootCommand.run(command.toArray(String[]::new));
  }

  void unmount() throws IOException {
    RootCommand.run("umount", "--lazy", folder.toString());
  }
}
