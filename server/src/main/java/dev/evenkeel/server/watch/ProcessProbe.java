package dev.evenkeel.server.watch;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what this process takes, from the system and from the virtual machine. */
public final class ProcessProbe implements MemoryProbe {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern RSS = Pattern.compile("^VmRSS:\\s*(\\d+) kB$", Pattern.MULTILINE);

  private final List<MemoryPoolMXBean> heap =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .toList();
  private final IntSupplier connections;

  /**
   * @param connections how many connections to targets are joined
   */
  public ProcessProbe(IntSupplier connections) {
    this.connections = connections;
  }

  @Override
  public MemorySample read(Instant time) {
    return new MemorySample(
        time,
        residentBytes(),
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
        heapAfterCollection(),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        fileDescriptors(),
        connections.getAsInt());
  }

  private static long residentBytes() {
    try {
      Matcher matcher = RSS.matcher(Files.readString(STATUS));
      return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private long heapAfterCollection() {
    long sum = 0;
    for (MemoryPoolMXBean pool : heap) {
      MemoryUsage usage = pool.getCollectionUsage();
      if (usage != null) {
        sum += usage.getUsed();
      }
    }
    return sum;
  }

  private static long fileDescriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }
}
