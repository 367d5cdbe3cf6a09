package dev.evenkeel.extensions.trim;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionContract;

class TrimContractTest extends ExtensionContract {

  @Override
  protected Extension newExtension() {
    return new TrimExtension();
  }
}
