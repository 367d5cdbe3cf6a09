package dev.evenkeel.server.extension;

import java.net.URL;
import java.net.URLClassLoader;

/**
 * The context class loader of all threads that work for one extension, those of the server during a
 * call and those that the extension starts: by it they are known.
 */
class ExtensionLoader extends URLClassLoader {

  static {
    registerAsParallelCapable();
  }

  private final OutputLimit output = new OutputLimit();

  ExtensionLoader(String name, URL[] urls, ClassLoader parent) {
    super(name, urls, parent);
  }

  /** How much it may write to the log and to standard output. */
  OutputLimit output() {
    return output;
  }
}
