package dev.evenkeel.server.extension;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.extension.Extension;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An extension in a jar. It is loaded from a private copy, so that whoever writes the jar meanwhile
 * disturbs nothing.
 */
final class OfJar implements Origin {

  private static final System.Logger LOG = System.getLogger(OfJar.class.getName());
  private static final String SERVICE = "META-INF/services/" + Extension.class.getName();

  private final Path jar;
  private final Path privateFolder;

  /**
   * @param privateFolder where copies are made; of the server's own
   */
  OfJar(Path jar, Path privateFolder) {
    this.jar = jar;
    this.privateFolder = privateFolder;
  }

  @Override
  public String where() {
    return jar.getFileName().toString();
  }

  @Override
  public boolean isShipped() {
    return false;
  }

  @Override
  public Made make() throws RefusedException {
    Path copy = copy();
    try {
      var loader = new JarLoader(where(), copy.toUri().toURL(), Extension.class.getClassLoader());
      Runnable release = () -> release(loader, copy);
      try {
        return new Made(
            LifeThread.run(
                "making of " + where(),
                loader,
                RunningExtension.START,
                () -> Introduction.of(extension(loader))),
            loader,
            release);
      } catch (RefusedException | RuntimeException | Error e) {
        release.run();
        throw e;
      }
    } catch (IOException e) {
      delete(copy);
      throw new RefusedException("it cannot be read: " + e, e);
    }
  }

  private Path copy() throws RefusedException {
    try {
      return WholeJar.copy(jar, privateFolder);
    } catch (WholeJar.IncompleteException e) {
      throw new RefusedException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new RefusedException("it cannot be copied to " + privateFolder + ": " + e, e);
    }
  }

  private static Extension extension(JarLoader loader)
      throws IOException, RefusedException, ReflectiveOperationException {
    List<String> names = serviceNames(loader);
    if (names.size() != 1) {
      throw new RefusedException(
          names.isEmpty()
              ? "it names no extension: " + SERVICE + " has to hold the name of its class"
              : SERVICE + " names " + names + "; a jar holds one extension");
    }
    String name = names.getFirst();
    Class<?> type = Class.forName(name, true, loader);
    if (!Extension.class.isAssignableFrom(type)) {
      throw new RefusedException(name + " does not implement " + Extension.class.getName());
    }
    try {
      return (Extension) type.getConstructor().newInstance();
    } catch (NoSuchMethodException e) {
      throw new RefusedException(name + " has no public constructor without parameters", e);
    } catch (IllegalAccessException | InstantiationException e) {
      throw new RefusedException(name + " has to be a public class that is not abstract", e);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new RefusedException(
          "the constructor of " + name + " fails: " + Reason.of(cause), cause);
    }
  }

  private static List<String> serviceNames(JarLoader loader) throws IOException {
    try (InputStream file = loader.getResourceAsStream(SERVICE)) {
      return file == null
          ? List.of()
          : new String(file.readAllBytes(), UTF_8)
              .lines()
              .map(line -> line.replaceFirst("#.*", "").strip())
              .filter(line -> !line.isEmpty())
              .distinct()
              .toList();
    }
  }

  private static void release(JarLoader loader, Path copy) {
    try {
      loader.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be closed: {1}", copy, e);
    }
    delete(copy);
    Unloading.IN_THIS_JVM.of(loader);
  }

  private static void delete(Path copy) {
    try {
      Files.deleteIfExists(copy);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be deleted: {1}", copy, e);
    }
  }
}
