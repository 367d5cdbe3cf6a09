package dev.evenkeel.extensions.guard;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionContract;
import java.util.Map;

class GuardContractTest extends ExtensionContract {

  @Override
  protected Extension newExtension() {
    return new GuardExtension();
  }

  @Override
  protected Map<String, String> config() {
    return Map.of("rules.a.pattern", "secret[0-9]+", "rules.b.path", "*/.env");
  }
}
