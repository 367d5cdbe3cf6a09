package dev.evenkeel.server.extension;

import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Loads the classes of one jar, and of the server only those few that both have to share. So two
 * extensions may bring different versions of a library, and none sees what the server uses.
 */
final class JarLoader extends ExtensionLoader {

  static {
    registerAsParallelCapable();
  }

  /**
   * What comes from the server, also when it is in the jar: the interface, and what stands in its
   * signatures.
   */
  static final List<String> SHARED =
      List.of(
          "dev.evenkeel.extension.",
          "org.jspecify.annotations.",
          "com.fasterxml.jackson.annotation.",
          "com.fasterxml.jackson.core.",
          "com.fasterxml.jackson.databind.");

  private final ClassLoader server;

  /**
   * @param jar of the extension's own: nobody else reads or writes it
   */
  JarLoader(String name, URL jar, ClassLoader server) {
    super(name, new URL[] {jar}, ClassLoader.getPlatformClassLoader());
    this.server = server;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (SHARED.stream().anyMatch(name::startsWith)) {
      return server.loadClass(name);
    }
    if (name.startsWith("java.")) {
      return getParent().loadClass(name);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known == null ? ownOrOfPlatform(name) : known;
    }
  }

  private Class<?> ownOrOfPlatform(String name) throws ClassNotFoundException {
    try {
      return findClass(name);
    } catch (ClassNotFoundException e) {
      return getParent().loadClass(name);
    }
  }

  @Override
  public @Nullable URL getResource(String name) {
    URL own = findResource(name);
    return own == null ? getParent().getResource(name) : own;
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    var all = new ArrayList<URL>(Collections.list(findResources(name)));
    all.addAll(Collections.list(getParent().getResources(name)));
    return Collections.enumeration(all);
  }
}
