package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Scene;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A fault of a disk that was made for it. */
final class DiskFault implements PreparedFault {

  /** What is done to the disk. */
  @FunctionalInterface
  interface Deed {
    void to(SmallDisk disk, Scene scene) throws Exception;
  }

  private final String name;
  private final String what;
  private final int megabytes;
  private final Deed deed;

  // Mutable state, owned by the thread of the run
  private @Nullable SmallDisk disk;

  DiskFault(String name, String what, int megabytes, Deed deed) {
    this.name = name;
    this.what = what;
    this.megabytes = megabytes;
    this.deed = deed;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String what() {
    return what;
  }

  @Override
  public void prepare(Stage stage) throws IOException {
    disk = SmallDisk.mount(stage.server().dataDir(), megabytes);
  }

  @Override
  public void happen(Scene scene) throws Exception {
    SmallDisk made = disk;
    if (made == null) {
      throw new IllegalStateException("the disk was not prepared");
    }
    deed.to(made, scene);
  }

  @Override
  public void cleanUp(Stage stage) throws IOException {
    SmallDisk made = disk;
    if (made != null) {
      made.unmount();
    }
  }
}
