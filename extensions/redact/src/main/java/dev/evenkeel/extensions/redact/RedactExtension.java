package dev.evenkeel.extensions.redact;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import java.util.ArrayList;

/** Replaces secrets by a marker in everything that is kept of an event. */
public final class RedactExtension implements Extension {

  @Override
  public void start(ExtensionContext context) {
    RedactConfig config = context.config(RedactConfig.class);
    var rules = new ArrayList<Rule>(Detectors.all());
    rules.removeIf(each -> config.except().contains(each.kind()));
    rules.addAll(config.ownPatterns());
    var redactor = new Redactor(new Scanner(rules), new Markers(config.markerKey()));
    context.filter(redactor::redact);
  }
}
