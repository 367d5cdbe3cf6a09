package dev.evenkeel.server.extension;

import dev.evenkeel.extension.Extension;
import java.net.URL;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/** An extension on the class path: its classes stay for the life of the server. */
public final class OfClassPath implements Origin {

  private static final String SHIPPED_PACKAGE = "dev.evenkeel.extensions.";

  private final Class<?> type;
  private final Supplier<? extends Extension> supplier;

  private OfClassPath(Class<?> type, Supplier<? extends Extension> supplier) {
    this.type = type;
    this.supplier = supplier;
  }

  /** All that the class path names as services. */
  public static List<Origin> all() {
    return ServiceLoader.load(Extension.class).stream()
        .<Origin>map(each -> new OfClassPath(each.type(), each))
        .toList();
  }

  /** This one, whose starts and stops are those of one object. */
  public static Origin of(Extension extension) {
    return new OfClassPath(extension.getClass(), () -> extension);
  }

  @Override
  public String where() {
    return "class path";
  }

  @Override
  public boolean isShipped() {
    return type.getName().startsWith(SHIPPED_PACKAGE);
  }

  @Override
  public Made make() throws RefusedException {
    // A loader without classes, only so that the threads of this extension are known by it.
    var loader = new ExtensionLoader(type.getName(), new URL[0], type.getClassLoader());
    try {
      return new Made(
          LifeThread.run(
              "making of " + type.getName(),
              loader,
              RunningExtension.START,
              () -> Introduction.of(extension())),
          loader,
          () -> {});
    } catch (RefusedException e) {
      throw new RefusedException(type.getName() + " cannot be made: " + e.getMessage(), e);
    }
  }

  private Extension extension() throws RefusedException {
    try {
      return supplier.get();
    } catch (ServiceConfigurationError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new RefusedException(Reason.of(cause), e);
    }
  }
}
