package dev.evenkeel.extensions.redact;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionContract;

class RedactContractTest extends ExtensionContract {

  @Override
  protected Extension newExtension() {
    return new RedactExtension();
  }
}
