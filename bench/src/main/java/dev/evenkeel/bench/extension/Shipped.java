package dev.evenkeel.bench.extension;

import dev.evenkeel.extension.Extension;
import java.util.List;
import java.util.ServiceLoader;

/** The extensions that come with the server. */
final class Shipped {

  private Shipped() {}

  /**
   * @param names separated by a plus, {@code none} or {@code all}
   */
  static List<Extension> of(String names) {
    List<Extension> found =
        ServiceLoader.load(Extension.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(
                each ->
                    names.equals("all") || List.of(names.split("\\+", -1)).contains(each.name()))
            .toList();
    if (found.isEmpty() && !names.equals("none")) {
      throw new IllegalArgumentException("no extension is named " + names);
    }
    return found;
  }
}
