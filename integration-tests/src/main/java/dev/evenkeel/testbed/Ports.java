package dev.evenkeel.testbed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Ports for servers that are started in a while, and keep theirs over restarts. */
public final class Ports {

  /**
   * Below those that Linux gives to outgoing connections, from 32,768 on ({@code
   * ip_local_port_range} in ip(7)): one of those may be taken as soon as it was found free.
   */
  private static final int FIRST = 10_000;

  private static final int COUNT = 22_000;

  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

  private Ports() {}

  /**
   * A port of this machine where nothing listens now, and another one each time.
   *
   * @throws IllegalStateException when there is none
   */
  public static int free() {
    for (int tries = 0; tries < COUNT; tries++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("all ports from " + FIRST + " on are taken");
  }

  private static boolean isFree(int port) {
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
