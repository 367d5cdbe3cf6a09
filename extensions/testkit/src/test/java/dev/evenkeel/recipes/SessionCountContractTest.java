package dev.evenkeel.recipes;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionContract;

class SessionCountContractTest extends ExtensionContract {

  @Override
  protected Extension newExtension() {
    return new SessionCountExtension();
  }
}
