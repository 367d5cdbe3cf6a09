package dev.evenkeel.extensions.tools;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionContract;

class ToolsContractTest extends ExtensionContract {

  @Override
  protected Extension newExtension() {
    return new ToolsExtension();
  }
}
