package dev.evenkeel.extensions.delegations;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionContract;

class DelegationsContractTest extends ExtensionContract {

  @Override
  protected Extension newExtension() {
    return new DelegationsExtension();
  }
}
