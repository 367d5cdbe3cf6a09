package dev.evenkeel.extensions.trim;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;

/** Cuts what is too long in what is kept of an event, and says how much it cut. */
public final class TrimExtension implements Extension {

  @Override
  public void start(ExtensionContext context) {
    var trimmer = new Trimmer(context.config(TrimConfig.class));
    context.filter(trimmer::trim);
  }
}
