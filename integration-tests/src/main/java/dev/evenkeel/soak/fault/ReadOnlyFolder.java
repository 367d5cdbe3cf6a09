package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Scene;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The data folder becomes read-only while the server has its files open, and writable again. */
final class ReadOnlyFolder implements PreparedFault {

  private static final int MEGABYTES = 64;

  private final int events;

  // Mutable state, owned by the thread of the run
  private @Nullable LoopDisk disk;

  /** A folder that is read-only for so many events. */
  ReadOnlyFolder(int events) {
    this.events = events;
  }

  @Override
  public String name() {
    return "data-folder-read-only";
  }

  @Override
  public String what() {
    return "nothing in the data folder can be written or made for "
        + events
        + " events, while the server has its files open (`chattr +i` on an ext4 of its own, because"
        + " a mount with open files cannot become read-only), and then it can";
  }

  @Override
  public void prepare(Stage stage) throws IOException {
    disk =
        LoopDisk.mount(
            stage.server().dataDir(), stage.folder().resolve("data-volume.img"), MEGABYTES);
  }

  @Override
  public void happen(Scene scene) throws Exception {
    LoopDisk made = disk;
    if (made == null) {
      throw new IllegalStateException("the disk was not prepared");
    }
    made.seal();
    try {
      DiskFaults.awaitUnlogged(scene);
      scene.awaitAccepted(events);
    } finally {
      scene.lifted();
      made.unseal();
    }
    DiskFaults.awaitReady(scene);
  }

  @Override
  public void cleanUp(Stage stage) throws IOException {
    LoopDisk made = disk;
    if (made != null) {
      made.unmount();
    }
  }
}
